/** What the composer shows of a scenario text. */
import { type ClaimOutline, claimsOf } from './claims';
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
  /** Pages on its pcplist, and mappings that its CPU has translated. */
  pcp: readonly string[];
  tlb: readonly string[];
}

/** Calls that have returned when the lanes begin. */
export interface BeforeOutline {
  process: string | null;
  run: readonly string[];
}

/** The edits of one function, which are a patch or a part of one. */
export interface PatchOutline {
  name: string;
  about: string;
  function: string;
  edits: number;
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
  before: readonly BeforeOutline[];
  claims: readonly ClaimOutline[];
  patches: readonly PatchOutline[];
  /** The patch that the kernel has. */
  patch: string | null;
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
      pcp: elementsOf(tree, it, 'pcp'),
      tlb: textsAt(it, 'tlb'),
    })),
    before: tables(tree, 'before').map((it) => ({
      process: textAt(it, 'process') ?? null,
      run: textsAt(it, 'run'),
    })),
    claims: claimsOf(tree),
    patches: tables(tree, 'patch').map((it) => ({
      name: textAt(it, 'name') ?? '',
      about: textAt(it, 'about') ?? '',
      function: textAt(it, 'function') ?? '',
      edits: listAt(it, 'edits').length,
    })),
    patch: textOf(table(tree, 'kernel')?.pairs.get('patch')?.value) ?? null,
  };
}

const textAt = ({ pairs }: Table, key: string): string | undefined => textOf(pairs.get(key)?.value);
const listAt = ({ pairs }: Table, key: string) => {
  const value = pairs.get(key)?.value;
  return value?.type === 'TOMLArray' ? value.elements : [];
};
const elementsOf = (tree: Tree, it: Table, key: string): string[] =>
  listAt(it, key).map(({ range }) => tree.text.slice(...range));
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

/** The mappings of a process; a child has those of its parent. */
export function mappingNames({ processes }: Outline, name: string | null): string[] {
  const seen = new Set<string>();
  let found = processes.find((it) => it.name === name);
  while (found && found.childOf !== null && !seen.has(found.name)) {
    seen.add(found.name);
    const { childOf } = found;
    found = processes.find((it) => it.name === childOf);
  }
  return found?.map.map(mappingName) ?? [];
}

/** The last page that the text does not speak of. */
export function unusedPage(outline: Outline): number {
  const { machine, processes, cpus } = outline;
  const huge = Number(machine.get('hpage_pages') ?? 1);
  const said = [
    ...processes.flatMap((it) => it.map),
    machine.get('allocated') ?? '',
    machine.get('zero_page') ?? '',
    ...cpus.flatMap((it) => it.pcp),
  ];
  const used = new Set<number>();
  for (const words of said) {
    for (const [range, first, last] of words.matchAll(/\b(\d+)(?:-(\d+))?\b/g)) {
      const pages = words.includes(`huge page ${range}`) ? huge : 1;
      for (let page = Number(first); page < Number(last ?? first) + pages; page++) used.add(page);
    }
  }
  let page = outline.blocks.length * pageblockPages(outline) - 1;
  while (page > 0 && used.has(page)) page--;
  return page;
}
