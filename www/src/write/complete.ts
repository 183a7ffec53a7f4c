/** What may stand at a place, in the engine's words and in those of the text. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippetCompletion,
} from '@codemirror/autocomplete';
import type { Catalogue, OperationHelp } from '../protocol';
import { type Help, helpOfOperation, helpOfToggle, render, toggleOf } from './help';
import { wordsOf } from './marks';
import { type Around, aroundOf, type Names, namesIn, roleOf, type Word } from './scan';
import { sectionAt } from './sections';
import { GAP, paramAt, partsOf, type Said, taken } from './values';

const option = (label: string, type: string, detail?: string, help?: Help): Completion => ({
  label,
  type,
  ...(detail ? { detail } : {}),
  ...(help ? { info: () => render(help) } : {}),
});

const said = (name: string, sentence: string): Help => ({ name, sentences: [sentence], list: [] });

/** `p = pin_user_pages_fast(addr, flags)` with a field for each argument. */
function callOf(it: OperationHelp, named: boolean): Completion {
  const [, before = '', name = '', inside = ''] =
    /^(\w+ = )?([\w]+)\((.*)\)$/.exec(it.signature) ?? [];
  const fields = inside.split(', ').filter(Boolean);
  const call = `${name || it.name}(${fields.map((field) => `\${${field}}`).join(', ')})`;
  // Braces and backslashes have a meaning in a template; signatures hold none.
  return snippetCompletion(before && !named ? `\${p} = ${call}` : call, {
    ...option(it.name, 'function', it.signature, helpOfOperation(it)),
  });
}

/** Inside of a call's parentheses: what its arguments can be. */
function argumentsOf(catalogue: Catalogue, content: string, names: Names): Completion[] | null {
  const open = content.lastIndexOf('(');
  if (open < 0 || content.indexOf(')', open) >= 0) return null;
  const param = paramAt(catalogue, content);
  const detail = param && `${param.name}: ${param.help}`;
  const word = (type: string) => (label: string) => option(label, type, detail);
  return [
    ...(param?.words ?? []).map(([label, sentence]) =>
      option(label, 'constant', sentence || detail, said(label, sentence || param?.help || '')),
    ),
    ...names.mappings.map(word('variable')),
    ...names.results.map(word('variable')),
    ...names.areas.map(word('variable')),
    ...names.processes.map(word('class')),
    ...Array.from({ length: names.cpus }, (_, cpu) => word('variable')(`cpu${cpu}`)),
  ];
}

function choices(names: Names): Completion[] {
  const all = Array.from({ length: names.cpus }, (_, cpu) => cpu);
  const kinds: readonly [string, string][] = [
    ['', 'one step'],
    ['*', 'as many steps as it can make'],
    ['i', 'its interrupt comes'],
    ['c', 'it starts what another CPU asked for'],
    ['d', 'its oldest store reaches memory'],
  ];
  return kinds.flatMap(([kind, what]) =>
    all.map((cpu) => option(`${cpu}${kind}`, 'keyword', `CPU${cpu}: ${what}`)),
  );
}

/** What a string may hold, of which `content` stands before the place. */
function inString(
  catalogue: Catalogue,
  word: Word,
  content: string,
  names: Names,
): Completion[] | null {
  const toggle = toggleOf(catalogue, word);
  if (toggle)
    return toggle.values.map(([name, sentence]) =>
      option(name, 'enum', sentence, said(`${toggle.name} = "${name}"`, sentence)),
    );
  const plain = (all: readonly string[], type: string) => all.map((name) => option(name, type));
  switch (roleOf(word.path)) {
    case 'calls':
      return (
        argumentsOf(catalogue, content, names) ??
        catalogue.operations.map((it) => callOf(it, content.includes('=')))
      );
    case 'kernel':
      return catalogue.kernels.map((it) =>
        option(it.name, 'enum', it.sentence, said(it.name, it.sentence)),
      );
    case 'property':
      return catalogue.properties.map((it) =>
        option(it.name, 'enum', it.sentence, said(it.name, it.sentence)),
      );
    case 'steps':
      return choices(names);
    case 'process':
      return plain(names.processes, 'class');
    case 'patch':
      return plain(names.patches, 'class');
    default:
      return null;
  }
}

/** A fixed word of a value, with a field for what differs in it. */
function fixed([word, sentence]: Said, written: string): Completion {
  // A number that stands there already stays.
  const number = /\b\d+\b/.exec(written)?.[0];
  const label = number ? word.replace(/\bN\b/, number) : word;
  const plain = option(label, 'enum', sentence, said(word, sentence));
  if (!GAP.test(label)) return plain;
  // The empty field at the end is where Tab leads.
  return snippetCompletion(`${label.replace(GAP, (gap) => `\${${gap}}`)}\${}`, plain);
}

/** Inside of a string: the words of the part of its value that comes next. */
function fixedIn(
  catalogue: Catalogue,
  word: Word,
  content: string,
  names: Names,
): { at: number; options: Completion[] } | null {
  const role = roleOf(word.path);
  if (role === 'map' && !content.includes('=')) return null;
  const { at, next } = taken(partsOf(catalogue, word), content, false);
  const areas = role === 'blocks' ? names.areas.map((it) => option(`cma:${it}`, 'variable')) : [];
  const options = [...next.map((it) => fixed(it, content.slice(at))), ...areas];
  return options.length > 0 ? { at, options } : null;
}

/** Where a value has not begun: what it can be, quotes included. */
function bare(catalogue: Catalogue, around: Around): Completion[] {
  if (roleOf(around.path) === 'map') return [];
  const [words = []] = partsOf(catalogue, around);
  const values = toggleOf(catalogue, around)?.values ?? words;
  return values
    .filter(([word]) => !GAP.test(word))
    .map(([word, sentence]) => {
      const quoted = /^(true|false)$/.test(word) && words.length > 0 ? word : `"${word}"`;
      return option(quoted, 'enum', sentence, said(word, sentence));
    });
}

/** The keys that a table may have here, without those that it has. */
function keysAt(catalogue: Catalogue, around: Around, names: Names): Completion[] {
  const section = sectionAt(catalogue, around);
  const isKernel = section?.head === '[kernel]';
  // Before the first head, the keys of the root that are tables are written as heads.
  const headed = (key: string) =>
    around.head === '' &&
    around.path.length === 0 &&
    catalogue.sections.some((it) => it.head.replace(/[[\]]/g, '') === key && it.head !== key);
  const own = (section?.keys ?? [])
    .filter(([key]) => !headed(key))
    .map(([key, sentence]) => key_(key, sentence, said(key, sentence)));
  const toggles = isKernel
    ? catalogue.toggles.map((it) => key_(it.name, it.sentence, helpOfToggle(it)))
    : [];
  const results = section?.head === 'never' ? resultsOf(names) : [];
  const heads =
    around.path.length === 0
      ? catalogue.sections
          .filter((it) => it.head.startsWith('['))
          .map((it) => ({
            ...option(it.head, 'namespace', it.sentence, said(it.head, it.sentence)),
            boost: -1,
          }))
      : [];
  return [...own, ...toggles, ...results, ...heads];
}

const key_ = (name: string, detail: string, help: Help): Completion => ({
  ...option(name, 'property', detail, help),
  apply: `${name} = `,
});

const resultsOf = ({ results, cpus }: Names): Completion[] =>
  [...results, ...Array.from({ length: cpus }, (_, cpu) => `cpu${cpu}`)].map((name) => ({
    ...option(name, 'variable', 'what it returned'),
    apply: `${name} = "`,
  }));

/** Completion from a catalogue that may come later. */
export function completions(catalogueOf: () => Catalogue | null) {
  return (context: CompletionContext): CompletionResult | null => {
    const catalogue = catalogueOf();
    if (!catalogue) return null;
    const { doc } = context.state;
    const text = doc.toString();
    const words = wordsOf(doc);
    const names = namesIn(text, words);
    const word = words.find((it) => it.from < context.pos && context.pos <= it.to);
    if (word?.kind === 'comment') return null;
    if (word?.inside && context.pos >= word.inside[0] && context.pos <= word.inside[1]) {
      const content = text.slice(word.inside[0], context.pos);
      const fixed = fixedIn(catalogue, word, content, names);
      if (fixed) {
        const from = word.inside[0] + fixed.at;
        return { from, options: fixed.options, validFor: /^[a-zA-Z:>_ -]*$/ };
      }
      const [typed = ''] = /[\w.:-]*$/.exec(content) ?? [];
      const options = inString(catalogue, word, content, names);
      return options && { from: context.pos - typed.length, options, validFor: /^[\w.:-]*$/ };
    }
    const [typed = ''] = /[[\w-]*$/.exec(text.slice(0, context.pos)) ?? [];
    const from = context.pos - typed.length;
    const around = aroundOf(text, from);
    if (typed === '' && !context.explicit) return null;
    if (!around.key) return { from, options: bare(catalogue, around), validFor: /^[\w-]*$/ };
    return { from, options: keysAt(catalogue, around, names), validFor: /^[[\w-]*$/ };
  };
}
