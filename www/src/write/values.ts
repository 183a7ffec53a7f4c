/** Values that are made of fixed words, part by part: which words there are, and which are written. */
import type { Catalogue, ParamHelp } from '../protocol';
import type { Word } from './scan';
import { sectionAt } from './sections';

/** A word, in which `N` and `NAME` stand for what differs, and its sentence. */
export type Said = readonly [string, string];

/** A part of a value as it is written. */
export interface Written {
  readonly from: number;
  readonly to: number;
  readonly said: Said;
}

/** What differs in a word. */
export const GAP = /\b(?:NAME|N)\b/;

/** The words of the value of a key, in the order of their parts. */
export function partsOf(
  catalogue: Catalogue,
  { head, path }: Pick<Word, 'head' | 'path'>,
): readonly (readonly Said[])[] {
  const section = sectionAt(catalogue, { head, path: path.slice(0, -1) });
  return section?.words.find(({ key }) => key === path.at(-1))?.parts ?? [];
}

function lengthOf(word: string, content: string, at: number, end: string): number {
  const plain = word.replace(/[^\w\s]/g, '\\$&').replace(/\s+/g, '\\s+');
  const pattern = new RegExp(`${plain.replace(GAP, '\\w+')}(?=\\s${end})`, 'y');
  pattern.lastIndex = at;
  return pattern.exec(content)?.[0].length ?? 0;
}

/**
 * Takes a value apart. A word at the very end may go on, unless the value is `whole`; `at` is where
 * the next part begins, of which there may be none.
 */
export function taken(
  parts: readonly (readonly Said[])[],
  content: string,
  whole: boolean,
): { written: Written[]; at: number; next: readonly Said[] } {
  const written: Written[] = [];
  // A mapping has its name before.
  let at = /^\s*(?:\w+\s*=\s*)?/.exec(content)?.[0].length ?? 0;
  for (const part of parts) {
    const said = part.find(([word]) => lengthOf(word, content, at, whole ? '|$' : '') > 0);
    if (!said) return { written, at, next: part };
    const to = at + lengthOf(said[0], content, at, whole ? '|$' : '');
    written.push({ from: at, to, said });
    at = to + (/^\s*/.exec(content.slice(to))?.[0].length ?? 0);
  }
  return { written, at, next: [] };
}

/** The parameter that a call is at, where its text ends. */
export function paramAt(catalogue: Catalogue, before: string): ParamHelp | undefined {
  const open = before.lastIndexOf('(');
  const [, name = ''] = /(\w+)\s*$/.exec(before.slice(0, Math.max(open, 0))) ?? [];
  const operation = catalogue.operations.find((it) => it.name === name);
  return operation?.params[before.slice(open + 1).split(',').length - 1];
}
