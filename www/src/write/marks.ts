/** What the words of a scenario look like: classes for `theme.ts`, by what a word is. */
import { type Extension, RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin } from '@codemirror/view';
import { roleOf, scan, type Word } from './scan';

/** A part of the text and its class. */
export interface Mark {
  from: number;
  to: number;
  name: string;
}

/** What stands in the strings of a role: the first group that matches names the class. */
const INSIDE: { [role in string]: RegExp } = {
  calls:
    /(?<result>^\s*\w+(?=\s*=))|(?<word>\bretry(?= ))|(?<call>\w+(?=\s*\())|(?<flag>\b_*[A-Z][A-Z0-9_]{2,}\b)|(?<number>\b\d+\b)|(?<name>\b[a-z_]\w*\b)/g,
  map: /(?<result>^\s*\w+(?=\s*=))|(?<number>\b\d+\b)|(?<word>\b[a-z]+\b)/g,
  blocks: /(?<=:)(?<name>\w+)|(?<word>\w+)/g,
};
/** Any number of the same choice: `1*4`, `0`, `2i*`. */
const CHOICE = /(\d)[icd]?(\*\d*)?/g;

function insideOf(word: Word, text: string): Mark[] {
  const [from, to] = word.inside ?? [0, 0];
  const content = text.slice(from, to);
  const role = roleOf(word.path);
  const at = (index: number, length: number, name: string): Mark => ({
    from: from + index,
    to: from + index + length,
    name,
  });
  if (role === 'steps')
    return [...content.matchAll(CHOICE)].map((it) => at(it.index, it[0].length, `cpu${it[1]}`));
  const pattern = INSIDE[role];
  if (!pattern) return [];
  return [...content.matchAll(pattern)].map((it) => {
    const [name = ''] = Object.entries(it.groups ?? {}).find(([, found]) => found) ?? [];
    return at(it.index, it[0].length, name);
  });
}

/** The marks of words, in the order of the text and apart from each other. */
export function marksOf(words: readonly Word[], text: string): Mark[] {
  return words.flatMap((word) => {
    const name = word.kind === 'value' ? 'number' : word.kind;
    const inside = word.kind === 'string' ? insideOf(word, text) : [];
    const marks: Mark[] = [];
    let from = word.from;
    for (const mark of inside) {
      if (mark.from > from) marks.push({ from, to: mark.from, name });
      marks.push(mark);
      from = mark.to;
    }
    if (word.to > from) marks.push({ from, to: word.to, name });
    return marks;
  });
}

const scanned = new WeakMap<Text, Word[]>();

/** The words of a document, which all that looks at it share. */
export function wordsOf(doc: Text): readonly Word[] {
  const known = scanned.get(doc);
  if (known) return known;
  const words = scan(doc.toString());
  scanned.set(doc, words);
  return words;
}

const classes = new Map<string, Decoration>();

function decoration(name: string): Decoration {
  const known = classes.get(name);
  if (known) return known;
  const mark = Decoration.mark({ class: `w-${name}` });
  classes.set(name, mark);
  return mark;
}

function decorations({ state, visibleRanges }: EditorView): DecorationSet {
  const text = state.doc.toString();
  const [first, last] = [visibleRanges[0]?.from ?? 0, visibleRanges.at(-1)?.to ?? 0];
  const seen = wordsOf(state.doc).filter((it) => it.to > first && it.from < last);
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, name } of marksOf(seen, text)) builder.add(from, to, decoration(name));
  return builder.finish();
}

/** Marks what is in sight. */
export const marks: Extension = ViewPlugin.define(
  (view) => ({
    decorations: decorations(view),
    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorations(update.view);
    },
  }),
  { decorations: (it) => it.decorations },
);
