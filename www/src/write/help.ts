/** What the engine's catalogue says of the words of a scenario. */
import type { Catalogue, OperationHelp, ToggleHelp } from '../protocol';
import { roleOf, type Word } from './scan';
import { sectionAt } from './sections';
import { paramAt, partsOf, taken } from './values';

/** What is known of a word: its name as written, sentences, and what stands below each other. */
export interface Help {
  name: string;
  sentences: readonly string[];
  list: readonly (readonly [string, string])[];
}

const plain = (name: string, ...sentences: string[]): Help => ({ name, sentences, list: [] });

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

/** An argument: what its word says, and what it is to the call. */
function ofArgument(catalogue: Catalogue, content: string, name: string, end: number) {
  const before = content.slice(0, end);
  const param = paramAt(catalogue, before);
  if (!param || before.includes(')')) return undefined;
  const from = Math.max(before.lastIndexOf('('), before.lastIndexOf(',')) + 1;
  const [written = ''] = content.slice(from).split(/[,)]/);
  const known = (words: string) => param.words.find(([word]) => word === words.trim());
  const [, sentence = ''] = known(written) ?? known(name) ?? [];
  const sentences = [sentence, `${param.name}: ${param.help}.`].filter(Boolean);
  return plain(name || param.name, ...sentences);
}

function ofString(catalogue: Catalogue, word: Word, content: string, name: string, end: number) {
  const toggle = toggleOf(catalogue, word);
  const value = toggle?.values.find(([known]) => known === content);
  if (toggle && value) return plain(`${toggle.name} = "${content}"`, value[1], toggle.sentence);
  switch (roleOf(word.path)) {
    case 'calls': {
      const operation = catalogue.operations.find((it) => it.name === name);
      if (operation) return helpOfOperation(operation);
      return ofArgument(catalogue, content, name, end);
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
  const bounds = word.inside ?? [word.from, word.to];
  const content = text.slice(...bounds);
  const part = taken(partsOf(catalogue, word), content, true).written.find(
    (it) => bounds[0] + it.from <= at && at <= bounds[0] + it.to,
  );
  if (part) {
    const help = plain(content.slice(part.from, part.to), part.said[1]);
    return { from: bounds[0] + part.from, to: bounds[0] + part.to, help };
  }
  if (!word.inside) return null;
  const { from, to, name } = letters(text, at, word.inside);
  const help = ofString(catalogue, word, content, name, to - bounds[0]);
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
