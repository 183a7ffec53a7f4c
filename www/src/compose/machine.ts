/** Settings of a machine and mappings of a process, between their text and a form. */
import type { Value } from './literal';

/** A key of `[machine]`, and what it is set to first. */
export interface Setting {
  key: string;
  kind: 'number' | 'flag' | 'pages';
  first: Value;
}

const number = (key: string, first: number): Setting => ({ key, kind: 'number', first });

/** The keys of `[machine]` beside `pageblock_pages` and `blocks`. */
export const SETTINGS: readonly Setting[] = [
  { key: 'allocated', kind: 'pages', first: [0] },
  { key: 'isolated', kind: 'pages', first: [0] },
  number('max_order', 1),
  number('pcp_high', 6),
  number('pcp_batch', 1),
  number('gather_pages', 2),
  number('swap_slots', 1),
  number('zero_page', 0),
  number('hpage_pages', 4),
  number('section_pages', 4),
  { key: 'fine', kind: 'flag', first: true },
  number('pin_bias', 1024),
  number('migrate_passes', 2),
  number('migrate_tries', 1),
];

/** A mapping taken apart. */
export interface Mapping {
  name: string;
  what: string;
  /** The page by number, where `what` has one. */
  page: number | null;
  right: string;
}

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
