/** What the composer shows of a scenario text. */
import { type Table, type Tree, table, tables, textOf, textsOf, top } from './tree';

/** A process with its mappings, as they are written. */
export interface ProcessOutline {
  name: string;
  childOf: string | null;
  map: readonly string[];
}

/** A lane with its calls, as they are written. */
export interface CpuOutline {
  process: string | null;
  run: readonly string[];
  interrupt: readonly string[];
}

/** A scenario without what only the text shows. */
export interface Outline {
  title: string;
  about: string;
  base: string;
  /** The keys of `[machine]`, each with its value as it is written. */
  machine: ReadonlyMap<string, string>;
  blocks: readonly string[];
  processes: readonly ProcessOutline[];
  cpus: readonly CpuOutline[];
  /** The calls that have returned when the lanes begin. */
  before: readonly string[];
}

/** Reads the outline of a text. */
export function outline(tree: Tree): Outline {
  const { pairs } = top(tree);
  const machine = table(tree, 'machine')?.pairs ?? new Map();
  const written = [...machine].map(([key, { value }]): [string, string] => [
    key,
    tree.text.slice(...value.range),
  ]);
  return {
    title: textOf(pairs.get('title')?.value) ?? '',
    about: textOf(pairs.get('about')?.value) ?? '',
    base: textOf(table(tree, 'kernel')?.pairs.get('base')?.value) ?? '',
    machine: new Map(written),
    blocks: textsOf(machine.get('blocks')?.value),
    processes: tables(tree, 'process').map((it) => ({
      name: textAt(it, 'name') ?? '',
      childOf: textAt(it, 'child_of') ?? null,
      map: textsAt(it, 'map'),
    })),
    cpus: tables(tree, 'cpu').map((it) => ({
      process: textAt(it, 'process') ?? null,
      run: textsAt(it, 'run'),
      interrupt: textsAt(it, 'interrupt'),
    })),
    before: tables(tree, 'before').flatMap((it) => textsAt(it, 'run')),
  };
}

const textAt = ({ pairs }: Table, key: string): string | undefined => textOf(pairs.get(key)?.value);
const textsAt = ({ pairs }: Table, key: string): string[] => textsOf(pairs.get(key)?.value);

/** The CMA areas of pageblocks. */
export const areasOf = (blocks: readonly string[]): string[] => [
  ...new Set(blocks.flatMap((it) => (it.startsWith('cma:') ? [it.slice(4)] : []))),
];

/** The pages of a pageblock. */
export const pageblockPages = ({ machine }: Outline): number =>
  Number(machine.get('pageblock_pages') ?? 2) || 2;

/** The name of a mapping: `a` of `a = page 2 anon rw`. */
export const mappingName = (mapping: string): string => mapping.split('=')[0]?.trim() ?? '';
