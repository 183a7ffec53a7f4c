/** Whole tables of a text: added, taken out, put in another order. */
import type { AST } from 'toml-eslint-parser';
import { literal, type Value } from './literal';
import {
  aboveComments,
  CannotEdit,
  headers,
  inlineTables,
  isTree,
  lineEnd,
  lineStart,
  read,
  type Splice,
  spliced,
  type Table,
  type Tree,
  tables,
} from './tree';

/** Names in the order in which their tables follow each other in a scenario. */
const ORDER = ['kernel', 'machine', 'process', 'before', 'cpu', 'schedule', 'expect', 'patch'];

/** Keys with their values. */
export type Values = Readonly<Record<string, Value>>;

const nameOf = (node: AST.TOMLTable): string => String(node.resolvedKey[0]);

/** Behind the last line of a table that says something. */
function blockEnd({ text }: Tree, node: AST.TOMLTable): number {
  const last = node.body.at(-1) ?? node.key;
  return lineEnd(text, last.range[1]);
}

const assignments = (values: Values): string[] =>
  Object.entries(values).map(([key, value]) => `${key} = ${literal(value)}`);

/** A new `[name]`, or `[[name]]`, behind its like or where it belongs. */
export function addTable(tree: Tree, name: string, values: Values, many: boolean): Splice[] {
  const { text, eol } = tree;
  const array = inlineTables(tree, name);
  if (many && array) {
    throw new CannotEdit(`\`${name}\` is written as one array here: add to it in the text.`);
  }
  const rank = ORDER.indexOf(name);
  const all = headers(tree);
  const like = all.filter((it) => nameOf(it) === name);
  const before = all.filter((it) => ORDER.indexOf(nameOf(it)) < rank);
  const node = like.at(-1) ?? before.at(-1);
  const place = node ? blockEnd(tree, node) : text.length;
  const open = place > 0 && !text.slice(0, place).endsWith('\n') ? eol : '';
  const header = many ? `[[${name}]]` : `[${name}]`;
  const put = [`${open}`, header, ...assignments(values), ''].join(eol);
  return [{ from: place, to: place, put }];
}

/** The header's table at a place among those of its name. */
function nodeAt(tree: Tree, name: string, at: number): AST.TOMLTable {
  const node = tables(tree, name)[at]?.node;
  if (node?.type === 'TOMLTable') return node;
  throw new CannotEdit(`\`${name}\` is written as one array here: change it in the text.`);
}

/** Takes a table out with what stands in it; comments above its header stay. */
export function removeTable(tree: Tree, node: AST.TOMLTable): Splice {
  const { text } = tree;
  let from = lineStart(text, node.range[0]);
  let to = blockEnd(tree, node);
  const before = lineStart(text, from - 1);
  if (from > 0 && text.slice(before, from).trim() === '') from = before;
  else if (text.slice(to, lineEnd(text, to)).trim() === '') to = lineEnd(text, to);
  return { from, to, put: '' };
}

/** Takes out the table at a place among those of its name. */
export const removeTableAt = (tree: Tree, name: string, at: number): Splice =>
  removeTable(tree, nodeAt(tree, name, at));

/** Puts a table, with the comments above it, at another place among those of its name. */
export function moveTable(tree: Tree, name: string, at: number, place: number): Splice[] {
  const { text, eol } = tree;
  const spans = tables(tree, name).map((_, number) => {
    const node = nodeAt(tree, name, number);
    const from = aboveComments(text, lineStart(text, node.range[0]));
    return { from, to: blockEnd(tree, node) };
  });
  const order = spans.map((_, number) => number);
  order.splice(place, 0, ...order.splice(at, 1));
  return spans.flatMap(({ from, to }, slot) => {
    const taken = spans[order[slot] ?? slot];
    if (!taken || order[slot] === slot) return [];
    const put = text.slice(taken.from, taken.to);
    return [{ from, to, put: put.endsWith('\n') ? put : put + eol }];
  });
}

/** Gives a key of a table another value, or takes it out. */
export function setKey(tree: Tree, table: Table, name: string, key: string, value: Value | null) {
  const pair = table.pairs.get(key);
  if (pair && value !== null) {
    const [from, to] = pair.value.range;
    return [{ from, to, put: literal(value) }];
  }
  if (pair) return [withoutPair(tree, table, pair)];
  return value === null ? [] : [newPair(tree, table, name, `${key} = ${literal(value)}`)];
}

function withoutPair({ text }: Tree, table: Table, pair: AST.TOMLKeyValue): Splice {
  if (table.form !== 'inline') {
    return { from: lineStart(text, pair.range[0]), to: lineEnd(text, pair.range[1]), put: '' };
  }
  const all = [...table.pairs.values()];
  const at = all.indexOf(pair);
  const next = all[at + 1];
  if (next) return { from: pair.range[0], to: next.range[0], put: '' };
  return { from: all[at - 1]?.range[1] ?? pair.range[0], to: pair.range[1], put: '' };
}

function newPair({ text, eol }: Tree, table: Table, name: string, words: string): Splice {
  const last = [...table.pairs.values()].at(-1);
  if (table.form === 'inline') {
    const place = last?.range[1] ?? (table.node?.range[0] ?? 0) + 1;
    return { from: place, to: place, put: last ? `, ${words}` : ` ${words} ` };
  }
  const place = lineEnd(text, (last ?? table.node)?.range[1] ?? 0);
  const open = text.slice(0, place).endsWith('\n') || place === 0 ? '' : eol;
  const dotted = table.form === 'dotted' ? `${name}.` : '';
  return { from: place, to: place, put: `${open}${dotted}${words}${eol}` };
}

/** Takes out every table of a name that holds one of these lines. */
export function removeTablesAt(text: string, name: string, lines: readonly number[]): string {
  const tree = read(text);
  if (!isTree(tree)) return text;
  const hit = headers(tree).filter((node) => holds(node, name, lines));
  return spliced(text, merged(hit, tree));
}

/** Whether each of these lines is one of a table of a name. */
export const allWithin = (tree: Tree, name: string, lines: readonly number[]): boolean =>
  lines.every((line) => headers(tree).some((node) => holds(node, name, [line])));

function holds(node: AST.TOMLTable, name: string, lines: readonly number[]): boolean {
  const first = node.loc.start.line;
  const last = (node.body.at(-1) ?? node).loc.end.line;
  return nameOf(node) === name && lines.some((line) => first <= line && line <= last);
}

/** Neighbours may both want the blank line between them. */
function merged(nodes: readonly AST.TOMLTable[], tree: Tree): Splice[] {
  const spans: Splice[] = [];
  for (const splice of nodes.map((it) => removeTable(tree, it)).sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last && splice.from < last.to) last.to = Math.max(last.to, splice.to);
    else spans.push({ ...splice });
  }
  return spans;
}
