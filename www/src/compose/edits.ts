/** Edits of a scenario text: only what is concerned changes, comments and layout stay. */
import type { AST } from 'toml-eslint-parser';
import {
  addTable,
  moveTable,
  removeTable,
  removeTableAt,
  removeTablesAt,
  setKey,
  type Values,
} from './blocks';
import { broken, carried, into, plain, without } from './lists';
import { literal, type Value } from './literal';
import { claimsAbout, renumbered } from './renumber';
import {
  CannotEdit,
  inline,
  isTree,
  read,
  type Splice,
  spliced,
  type Table,
  type Tree,
  table,
  tables,
  top,
} from './tree';

/** The table that holds a key: `[machine]`, the third `[[cpu]]`, or none for the top. */
export interface Place {
  table: string | null;
  /** Which of the tables of this name; none where there is one at most. */
  at?: number;
  /** The key of the table in braces in there that is meant. */
  inside?: string;
}

/** A list in a table. */
export type List = Place & { key: string };

/** One change of a scenario. */
export type Edit =
  | { do: 'set'; in: Place; key: string; value: Value | null }
  /** Another key for the same value. */
  | { do: 'rename'; in: Place; key: string; to: string }
  | { do: 'insert'; list: List; at: number; value: string | number }
  | { do: 'replace'; list: List; at: number; value: string | number }
  | { do: 'remove'; list: List; at: number }
  /** `place` counts without the element that moves. */
  | { do: 'move'; list: List; at: number; to: List; place: number }
  | { do: 'add_table'; name: string; values: Values }
  /** With a CPU go its steps in the schedule and the claims that name it. */
  | { do: 'remove_table'; name: string; at: number }
  | { do: 'move_table'; name: string; at: number; place: number }
  /** Takes out a table of which there is one. */
  | { do: 'remove_one'; name: string }
  /** The claims at these lines. */
  | { do: 'drop_claims'; lines: readonly number[] };

/** These lists need not be there: an empty one is taken out with its key. */
const OPTIONAL = new Set(['interrupt', 'map', 'pcp', 'tlb', 'allocated', 'isolated', 'refs']);

/**
 * The text after an edit.
 *
 * Throws `CannotEdit` where the text is written in a way that an edit would spoil.
 */
export function edited(text: string, edit: Edit): string {
  const tree = parsed(text);
  switch (edit.do) {
    case 'set':
      return spliced(text, set(tree, edit.in, edit.key, edit.value));
    case 'rename': {
      const key = tableAt(tree, edit.in)?.pairs.get(edit.key)?.key;
      return key ? spliced(text, [{ from: key.range[0], to: key.range[1], put: edit.to }]) : text;
    }
    case 'insert':
      return spliced(text, insert(tree, edit.list, edit.at, edit.value));
    case 'replace': {
      const [from, to] = element(tree, edit.list, edit.at).range;
      return spliced(text, [{ from, to, put: literal(edit.value) }]);
    }
    case 'remove':
      return spliced(text, remove(tree, edit.list, edit.at));
    case 'move':
      return moved(text, edit.list, edit.at, edit.to, edit.place);
    case 'add_table':
      return spliced(text, addTable(tree, edit.name, edit.values, true));
    case 'remove_table':
      return withoutTable(tree, edit.name, edit.at);
    case 'move_table':
      return reordered(tree, edit.name, edit.at, edit.place);
    case 'remove_one':
      return spliced(text, withoutOne(tree, edit.name));
    case 'drop_claims':
      return removeTablesAt(text, 'expect', edit.lines);
  }
}

function parsed(text: string): Tree {
  const tree = read(text);
  if (isTree(tree)) return tree;
  throw new CannotEdit(`The text cannot be read at line ${tree.line}: ${tree.why}.`);
}

/** The table at a place, or nothing where the text has none yet. */
function tableAt(tree: Tree, { table: name, at, inside }: Place): Table | undefined {
  if (name === null) return top(tree);
  const found = at === undefined ? table(tree, name) : tables(tree, name)[at];
  if (inside === undefined || !found) return found;
  const value = found.pairs.get(inside)?.value;
  if (value?.type === 'TOMLInlineTable') return inline(value);
  throw new CannotEdit(`\`${inside}\` is no table in braces: change it in the text.`);
}

function set(tree: Tree, place: Place, key: string, value: Value | null): Splice[] {
  const found = tableAt(tree, place);
  if (found) return setKey(tree, found, place.table ?? '', key, value);
  if (value === null) return [];
  return addTable(tree, place.table ?? '', { [key]: value }, false);
}

function arrayAt(tree: Tree, list: List): AST.TOMLArray | undefined {
  const value = tableAt(tree, list)?.pairs.get(list.key)?.value;
  if (value === undefined || value.type === 'TOMLArray') return value;
  throw new CannotEdit(`\`${list.key}\` is no list: change it in the text.`);
}

function element(tree: Tree, list: List, at: number): AST.TOMLContentNode {
  const node = arrayAt(tree, list)?.elements[at];
  if (!node) throw new CannotEdit(`\`${list.key}\` has no element ${at + 1}.`);
  return node;
}

function insert(tree: Tree, list: List, at: number, value: string | number): Splice[] {
  const array = arrayAt(tree, list);
  if (!array) return set(tree, list, list.key, [value]);
  return into(tree, array, at, plain(literal(value)));
}

function remove(tree: Tree, list: List, at: number, carry = false): Splice[] {
  const array = arrayAt(tree, list);
  element(tree, list, at);
  if (!array) return [];
  const [from, to] = array.range;
  const commented = tree.program.comments.some(({ range }) => range[0] > from && range[1] < to);
  if (array.elements.length === 1 && OPTIONAL.has(list.key) && !commented)
    return set(tree, list, list.key, null);
  return without(tree, array, at, carry);
}

function moved(text: string, list: List, at: number, to: List, place: number): string {
  const tree = parsed(text);
  const source = arrayAt(tree, list);
  if (!source?.elements[at]) throw new CannotEdit('There is nothing to move.');
  const item = carried(tree, source, at);
  let now = parsed(spliced(text, remove(tree, list, at, true)));
  let target = arrayAt(now, to);
  if (!target) {
    now = parsed(spliced(now.text, set(now, to, to.key, [])));
    target = arrayAt(now, to);
  }
  if (target && (item.above.length > 0 || item.behind !== '')) {
    now = parsed(spliced(now.text, broken(now, target)));
    target = arrayAt(now, to);
  }
  return target ? spliced(now.text, into(now, target, place, item)) : text;
}

function withoutOne(tree: Tree, name: string): Splice[] {
  const { node } = table(tree, name) ?? {};
  if (node?.type === 'TOMLTable') return [removeTable(tree, node)];
  throw new CannotEdit(`\`${name}\` has no header of its own: change it in the text.`);
}

function withoutTable(tree: Tree, name: string, at: number): string {
  if (name !== 'cpu') return spliced(tree.text, [removeTableAt(tree, name, at)]);
  const left = (cpu: number) => (cpu === at ? undefined : cpu > at ? cpu - 1 : cpu);
  const bare = parsed(removeTablesAt(tree.text, 'expect', claimsAbout(tree, at)));
  const now = parsed(spliced(bare.text, renumbered(bare, left)));
  return spliced(now.text, [removeTableAt(now, name, at)]);
}

function reordered(tree: Tree, name: string, at: number, place: number): string {
  if (name !== 'cpu') return spliced(tree.text, moveTable(tree, name, at, place));
  const order = tables(tree, name).map((_, number) => number);
  order.splice(place, 0, ...order.splice(at, 1));
  const renumber = (cpu: number) => (cpu in order ? order.indexOf(cpu) : cpu);
  const now = parsed(spliced(tree.text, renumbered(tree, renumber)));
  return spliced(now.text, moveTable(now, name, at, place));
}
