/** What stands behind `#` in the address: a scenario, and apart from it how it is looked at. */

/** The panels that a narrow screen shows one at a time. */
export const PANELS = ['lanes', 'memory', 'source', 'outcomes', 'compose', 'text'] as const;
/** One panel. */
export type Panel = (typeof PANELS)[number];

/** What leads through a scenario, where it has one. */
export type Guide = 'tour' | 'challenge';

/** How a scenario is looked at. */
export interface Look {
  /** Steps from the start; none for where the race shows: the first step that breaks a property,
   * or the end of the schedule. */
  at: number | null;
  /** The panel in front. */
  view: Panel | null;
  /** What leads through it. */
  guide: Guide | null;
  /** Outcomes are to be guessed first. */
  predict?: true;
  /** The digest of the outcomes when the link was made. */
  outcomes?: string;
}

/** An address taken apart. */
export type Address = Look &
  (
    | { kind: 'none' }
    | { kind: 'gallery'; name: string }
    | { kind: 'payload'; payload: string }
    | { kind: 'bad'; raw: string; why: string }
  );

/** The longest payload that is unpacked, in characters. */
export const PAYLOAD_LIMIT = 64 * 1024;

const NUMBER = /^\d{1,6}$/;
const DIGEST = /^[0-9a-f]{8}$/;
const isPanel = (word: string): word is Panel => (PANELS as readonly string[]).includes(word);

/** Takes `location.hash` apart; never throws. */
export function parseHash(hash: string): Address {
  const raw = hash.startsWith('#') ? hash.slice(1) : hash;
  const [head = '', ...rest] = raw.split('&');
  const look: Look = { at: null, view: null, guide: null };
  const parts = /^(at|view|guide|predict|o)=/.test(head) ? [head, ...rest] : rest;
  for (const part of parts) {
    const [key, value = ''] = part.split('=', 2);
    if (key === 'at' && NUMBER.test(value)) look.at = Number(value);
    if (key === 'view' && isPanel(value)) look.view = value;
    if (key === 'guide' && (value === 'tour' || value === 'challenge')) look.guide = value;
    if (key === 'predict') look.predict = true;
    if (key === 'o' && DIGEST.test(value)) look.outcomes = value;
  }
  if (head === '' || parts.includes(head)) return { kind: 'none', ...look };
  const bad = (why: string): Address => ({ kind: 'bad', raw, why, ...look });
  if (head.startsWith('g=')) {
    const name = head.slice(2);
    if (!/^[A-Za-z0-9_-]+$/.test(name)) return bad('A gallery name has letters, digits, - and _.');
    return { kind: 'gallery', name, ...look };
  }
  if (!/^\d/.test(head)) return bad('A link starts with its version, a digit, or with "g=".');
  if (!/^[A-Za-z0-9_=.-]+$/.test(head)) return bad('It has characters that no link of ours has.');
  if (head.length > PAYLOAD_LIMIT) return bad(`It is longer than ${PAYLOAD_LIMIT} characters.`);
  return { kind: 'payload', payload: head, ...look };
}

/** Writes an address: `head` is `g=NAME` or a payload. */
export function formatHash(head: string, look: Look): string {
  const at = look.at === null ? '' : `&at=${look.at}`;
  const view = look.view === null || look.view === 'lanes' ? '' : `&view=${look.view}`;
  const guide = look.guide === null ? '' : `&guide=${look.guide}`;
  const predict = look.predict ? '&predict=1' : '';
  const outcomes = look.outcomes === undefined ? '' : `&o=${look.outcomes}`;
  return `#${head}${at}${view}${guide}${predict}${outcomes}`;
}
