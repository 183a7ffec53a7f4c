/** What `[machine]` and mappings may say, as docs/scenario-format.md has it. */
import type { Value } from './literal';

/** A key of `[machine]`. */
export interface Setting {
  key: string;
  kind: 'number' | 'flag' | 'pages';
  /** What it is set to first. */
  first: Value;
  help: string;
}

const number = (key: string, first: number, help: string): Setting => ({
  key,
  kind: 'number',
  first,
  help,
});

/** The keys of `[machine]` beside `pageblock_pages` and `blocks`. */
export const SETTINGS: readonly Setting[] = [
  { key: 'allocated', kind: 'pages', first: [0], help: 'pages in use that no process maps' },
  { key: 'isolated', kind: 'pages', first: [0], help: 'pageblocks, isolated at the start' },
  number('max_order', 1, 'the largest order of a free block'),
  number('pcp_high', 6, 'from how many pages on a pcplist goes back to the buddy lists'),
  number('pcp_batch', 1, 'how many pages a pcplist gives back at once'),
  number('gather_pages', 2, 'pages that an mmu_gather keeps until the TLB flush'),
  number('swap_slots', 1, 'slots of the swap area'),
  number('zero_page', 0, 'the page that is_zero_pfn knows, in an unmovable block'),
  number('hpage_pages', 4, 'pages of a huge page; without it pages are not compound'),
  number('section_pages', 4, 'pages of a section, in a machine with huge pages'),
  { key: 'fine', kind: 'flag', first: true, help: 'every line of a lock section is a step' },
  number('pin_bias', 1024, 'GUP_PIN_COUNTING_BIAS'),
  number('migrate_passes', 2, 'how often migrate_pages tries a page'),
  number('migrate_tries', 1, 'how often its caller tries the list'),
];

/** What a pageblock may be, CMA areas apart. */
export const BLOCK_TYPES = ['unmovable', 'movable', 'reclaimable', 'highatomic', 'isolate'];

/** A mapping taken apart. */
export interface Mapping {
  name: string;
  what: string;
  /** The page by number, where `what` has one. */
  page: number | null;
  right: string;
}

/** What a mapping may be: its words with `N` for a page, and what they mean. */
export const WHATS: readonly (readonly [string, string])[] = [
  ['page N anon', 'anon, of page'],
  ['anon', 'anon, any free page'],
  ['page N file', 'of a file, page'],
  ['none', 'nothing yet'],
  ['zero page', 'the zero page'],
  ['huge page N anon', 'huge page from page'],
  ['huge anon', 'a huge page, anywhere'],
  ['huge none', 'room for a huge page'],
];

/** Rights of a mapping, each with what it means. */
export const RIGHTS: readonly (readonly [string, string])[] = [
  ['rw', 'read and write'],
  ['wp', 'write-protected entry'],
  ['ro', 'read only'],
  ['rw lazyfree', 'of MADV_FREE'],
];

/** Takes a mapping apart; null for what is none. */
export function mappingOf(text: string): Mapping | null {
  const found = /^\s*(\w+)\s*=\s*(.+?)\s+((?:rw|wp|ro)(?:\s+lazyfree)?)\s*$/.exec(text);
  if (!found) return null;
  const [, name = '', words = '', right = ''] = found;
  const page = /\bpage (\d+)/.exec(words)?.[1];
  const what = words.replace(/\bpage \d+/, 'page N').replace(/\s+/g, ' ');
  return { name, what, page: page === undefined ? null : Number(page), right };
}

/** A mapping as processes write it. */
export const textOfMapping = ({ name, what, page, right }: Mapping): string =>
  `${name} = ${what.replace('N', String(page ?? 0))} ${right}`;

/** The first of `a`, `b`, ... that is not taken. */
export function freeLetter(taken: readonly string[], first: 'a' | 'A'): string {
  const from = first.charCodeAt(0);
  for (let at = 0; at < 26; at++) {
    const name = String.fromCharCode(from + at);
    if (!taken.includes(name)) return name;
  }
  return `${first}${taken.length}`;
}

/** A list as a reader types it: `6, 8-9`. */
export function listOf(words: string): (string | number)[] {
  const parts = words.split(/[\s,]+/).filter(Boolean);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
