/**
 * What a document may ask of a race that it embeds, and what it is told: docs/embedding.md. A
 * message is data of known shape and size, never code and never an address; what is none of ours
 * or not known is ignored.
 */
import { PAYLOAD_LIMIT } from '../hash';
import { UNPACKED_LIMIT } from '../link';

/** What is asked, read and found good. */
export type Wish =
  | { type: 'hello' | 'getState' }
  | { type: 'load'; scenario: Scenario; at: number | null }
  | { type: 'step'; choice: string | null }
  | { type: 'seek'; at: number }
  | { type: 'run'; schedule: string | null }
  | { type: 'explore'; maxStates: number | null }
  | { type: 'theme'; theme: 'light' | 'dark' | 'auto' };

/** A scenario, in one of the three ways to name one. */
export type Scenario = { text: string } | { link: string } | { gallery: string };

/** By which an answer is known. */
export type Id = string | number;

/** A message taken apart: a wish, or why it is none. */
export interface Heard {
  id: Id | null;
  type: string;
  wish: Wish | { why: string };
}

const MOST_STEPS = 1_000_000;
const MOST_STATES = 1_000_000;
const LONGEST_SCHEDULE = 64 * 1024;
const LONGEST_ID = 64;

type Fields = Readonly<Record<string, unknown>>;
type Reader = (fields: Fields) => Wish | { why: string };

const READERS = new Map<unknown, Reader>([
  ['hello', () => ({ type: 'hello' })],
  ['getState', () => ({ type: 'getState' })],
  ['load', readLoad],
  ['step', readStep],
  ['seek', readSeek],
  ['run', readRun],
  ['explore', readExplore],
  ['theme', readTheme],
]);

/** Takes apart whatever came; null where it is not for us. */
export function heard(data: unknown): Heard | null {
  if (typeof data !== 'object' || data === null) return null;
  const fields = data as Fields;
  if (fields.pagerace !== 1) return null;
  const reader = READERS.get(fields.type);
  return reader ? { id: idOf(fields.id), type: String(fields.type), wish: reader(fields) } : null;
}

function idOf(id: unknown): Id | null {
  if (typeof id === 'string' && id.length <= LONGEST_ID) return id;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

function readLoad({ text, link, gallery, at = null }: Fields): Wish | { why: string } {
  const given = [text, link, gallery].filter((it) => it !== undefined);
  if (given.length !== 1) return { why: 'load takes one of text, link and gallery' };
  if (at !== null && !isWhole(at, 0, MOST_STEPS)) return { why: 'at is not the number of a step' };
  const load = (scenario: Scenario): Wish => ({ type: 'load', scenario, at });
  if (text !== undefined)
    return isText(text, UNPACKED_LIMIT) ? load({ text }) : { why: 'text is none, or too long' };
  if (gallery !== undefined) {
    const good = isText(gallery, 100) && /^[A-Za-z0-9_-]+$/.test(gallery);
    return good ? load({ gallery }) : { why: 'gallery is not a name' };
  }
  const good = isText(link, PAYLOAD_LIMIT) && /^\d[A-Za-z0-9_-]*$/.test(link);
  return good ? load({ link }) : { why: 'link is not what stands behind # in a link' };
}

function readStep({ choice = null }: Fields): Wish | { why: string } {
  if (choice === null) return { type: 'step', choice };
  const good = isText(choice, 2) && /^[0-7][icd]?$/.test(choice);
  return good ? { type: 'step', choice } : { why: 'choice is not a CPU' };
}

function readSeek({ at }: Fields): Wish | { why: string } {
  return isWhole(at, 0, MOST_STEPS) ? { type: 'seek', at } : { why: 'at is not a step' };
}

function readRun({ schedule = null }: Fields): Wish | { why: string } {
  if (schedule === null || isText(schedule, LONGEST_SCHEDULE)) return { type: 'run', schedule };
  return { why: 'schedule is none, or too long' };
}

function readExplore({ maxStates = null }: Fields): Wish | { why: string } {
  if (maxStates === null || isWhole(maxStates, 1, MOST_STATES))
    return { type: 'explore', maxStates };
  return { why: `maxStates is not a number up to ${MOST_STATES}` };
}

function readTheme({ theme }: Fields): Wish | { why: string } {
  if (theme === 'light' || theme === 'dark' || theme === 'auto') return { type: 'theme', theme };
  return { why: 'theme is light, dark or auto' };
}

const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value.length <= longest;

const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
