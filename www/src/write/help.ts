/** What the engine's catalogue says of the words of a scenario. */
import type { Catalogue, OperationHelp, SectionHelp, ToggleHelp } from '../protocol';
import { type Around, roleOf, type Word } from './scan';

/** What is known of a word: its name as written, sentences, and what stands below each other. */
export interface Help {
  name: string;
  sentences: readonly string[];
  list: readonly (readonly [string, string])[];
}

const plain = (name: string, ...sentences: string[]): Help => ({ name, sentences, list: [] });

/** How much of a table of the catalogue a place belongs to. */
/** The tables that are claims. */
const CLAIM_HEADS: readonly string[] = ['[[expect]]', '[[challenge.goal]]'];
const CLAIMS = /^(never|sometimes|always)$/;

/** The table of the catalogue whose keys stand here. */
export function sectionAt(
  catalogue: Catalogue,
  { head, path }: Pick<Around, 'head' | 'path'>,
): SectionHelp | undefined {
  const named = (name: string) => catalogue.sections.find((it) => it.head === name);
  const [outer] = path;
  if (outer === undefined) return named(head);
  if (CLAIM_HEADS.includes(head) && outer === 'kernel') return named('[kernel]');
  if (CLAIM_HEADS.includes(head) && CLAIMS.test(outer)) return named('never');
  if (head === '[[patch]]' && outer === 'edits') return named('edits');
  return head === '' ? named(`[${outer}]`) : undefined;
}

/** An operation. */
export const helpOfOperation = (it: OperationHelp): Help => ({
  name: it.signature,
  sentences: [it.help, `Returns ${it.returns}.`],
  list: it.params.map(({ name, help }) => [name, help] as const),
});

/** A toggle. */
export const helpOfToggle = (it: ToggleHelp): Help => ({
  name: it.name,
  sentences: [it.sentence],
  list: it.values,
});

/** The toggle that a key may be here. */
export function toggleOf(catalogue: Catalogue, word: Pick<Word, 'head' | 'path'>) {
  const inKernel =
    word.head === '[kernel]'
      ? word.path.length === 1
      : word.path.length === 2 && word.path[0] === 'kernel';
  return inKernel ? catalogue.toggles.find((it) => it.name === word.path.at(-1)) : undefined;
}

function ofKey(catalogue: Catalogue, word: Word): Help | undefined {
  const toggle = toggleOf(catalogue, word);
  if (toggle) return helpOfToggle(toggle);
  const name = word.path.at(-1) ?? '';
  const section = sectionAt(catalogue, { head: word.head, path: word.path.slice(0, -1) });
  const sentence = section?.keys.find(([key]) => key === name)?.[1];
  return sentence ? plain(name, sentence) : undefined;
}

/** A word of letters around a place. */
export function letters(text: string, at: number, bounds: readonly [number, number]) {
  const isLetter = (index: number) => /[\w.-]/.test(text[index] ?? '');
  let [from, to] = [at, at];
  while (from > bounds[0] && isLetter(from - 1)) from--;
  while (to < bounds[1] && isLetter(to)) to++;
  return { from, to, name: text.slice(from, to) };
}

function ofString(catalogue: Catalogue, word: Word, content: string, name: string) {
  const toggle = toggleOf(catalogue, word);
  const value = toggle?.values.find(([known]) => known === content);
  if (toggle && value) return plain(`${toggle.name} = "${content}"`, value[1], toggle.sentence);
  switch (roleOf(word.path)) {
    case 'calls': {
      const operation = catalogue.operations.find((it) => it.name === name);
      return operation && helpOfOperation(operation);
    }
    case 'kernel': {
      const kernel = catalogue.kernels.find((it) => it.name === content);
      return kernel && plain(kernel.name, kernel.sentence);
    }
    case 'property': {
      const property = catalogue.properties.find((it) => it.name === content);
      return property && plain(property.name, property.sentence);
    }
    default:
      return undefined;
  }
}

/** What is known of the word at a place, and from where to where that is. */
export function helpAt(
  catalogue: Catalogue,
  words: readonly Word[],
  text: string,
  at: number,
): { from: number; to: number; help: Help } | null {
  const word = words.find((it) => it.from <= at && at <= it.to && it.kind !== 'comment');
  if (!word) return null;
  if (word.kind === 'head' || word.kind === 'key') {
    const section = catalogue.sections.find((it) => it.head !== '' && it.head === word.head);
    const help =
      word.kind === 'key'
        ? ofKey(catalogue, word)
        : section && plain(section.head, section.sentence);
    return help ? { from: word.from, to: word.to, help } : null;
  }
  if (!word.inside) return null;
  const { from, to, name } = letters(text, at, word.inside);
  const help = ofString(catalogue, word, text.slice(...word.inside), name);
  if (help) return roleOf(word.path) === 'calls' ? { from, to, help } : { ...word, help };
  // Where the string itself says nothing, its key does.
  const key = ofKey(catalogue, word);
  return key ? { from: word.from, to: word.to, help: key } : null;
}

/** Help as a piece of the page. */
export function render({ name, sentences, list }: Help): HTMLElement {
  const box = document.createElement('div');
  box.className = 'w-help';
  const append = (parent: HTMLElement, tag: string, text: string) => {
    const element = document.createElement(tag);
    element.textContent = text;
    parent.append(element);
  };
  append(box, 'code', name);
  for (const sentence of sentences) append(box, 'p', sentence);
  if (list.length > 0) {
    const terms = document.createElement('dl');
    for (const [term, said] of list) {
      append(terms, 'dt', term);
      append(terms, 'dd', said);
    }
    box.append(terms);
  }
  return box;
}
