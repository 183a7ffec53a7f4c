/** A scenario text with the place of everything in it. */
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';

/** What takes the place of a span; spans of one change do not overlap. */
export interface Splice {
  from: number;
  to: number;
  put: string;
}

/** A table in whichever way it is written: under its header, in braces, or by dotted keys. */
export interface Table {
  readonly form: 'header' | 'inline' | 'dotted' | 'top';
  readonly node: AST.TOMLTable | AST.TOMLInlineTable | null;
  readonly pairs: ReadonlyMap<string, AST.TOMLKeyValue>;
}

/** A text that is TOML. */
export interface Tree {
  readonly text: string;
  readonly program: AST.TOMLProgram;
  /** How its lines end. */
  readonly eol: string;
}

/** A text that is not. */
export interface Unreadable {
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

/** What the composer leaves to the reader of the text, and why. */
export class CannotEdit extends Error {
  override name = 'CannotEdit';
}

/** Reads a text. */
export function read(text: string): Tree | Unreadable {
  try {
    const program = parseTOML(text, { tomlVersion: '1.1' });
    return { text, program, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { line: error.lineNumber, column: error.column + 1, why: error.message };
  }
}

/** Whether a text could be read. */
export const isTree = (tree: Tree | Unreadable): tree is Tree => 'program' in tree;

/** The text with all splices made. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => b.from - a.from);
  return ordered.reduce((now, { from, to, put }) => now.slice(0, from) + put + now.slice(to), text);
}

const keyName = (key: AST.TOMLBare | AST.TOMLQuoted): string =>
  key.type === 'TOMLBare' ? key.name : key.value;

const path = (key: AST.TOMLKey): string[] => key.keys.map(keyName);

const pairsOf = (body: readonly AST.TOMLKeyValue[]): Map<string, AST.TOMLKeyValue> =>
  new Map(body.map((pair) => [path(pair.key).join('.'), pair]));

/** What stands outside of tables. */
export function top(tree: Tree): Table {
  const body = tree.program.body[0].body.filter((it) => it.type === 'TOMLKeyValue');
  return { form: 'top', node: null, pairs: pairsOf(body) };
}

/** All tables under headers, as they follow each other. */
export const headers = (tree: Tree): AST.TOMLTable[] =>
  tree.program.body[0].body.filter((it) => it.type === 'TOMLTable');

/** The one table of a name. */
export function table(tree: Tree, name: string): Table | undefined {
  const node = headers(tree).find(
    (it) => it.kind === 'standard' && path(it.key).join('.') === name,
  );
  if (node) return { form: 'header', node, pairs: pairsOf(node.body) };
  const { pairs } = top(tree);
  const value = pairs.get(name)?.value;
  if (value?.type === 'TOMLInlineTable') return inline(value);
  const dotted = [...pairs].filter(([key]) => key.startsWith(`${name}.`));
  if (dotted.length === 0) return undefined;
  const own = dotted.map(([key, pair]) => [key.slice(name.length + 1), pair] as const);
  return { form: 'dotted', node: null, pairs: new Map(own) };
}

/** The tables of a name of which there may be many. */
export function tables(tree: Tree, name: string): Table[] {
  const nodes = headers(tree).filter(
    (it) => it.kind === 'array' && path(it.key).join('.') === name,
  );
  if (nodes.length > 0)
    return nodes.map((node) => ({ form: 'header', node, pairs: pairsOf(node.body) }));
  const list = inlineTables(tree, name)?.elements ?? [];
  return list.filter((it) => it.type === 'TOMLInlineTable').map(inline);
}

/** A table in braces. */
export const inline = (node: AST.TOMLInlineTable): Table => ({
  form: 'inline',
  node,
  pairs: pairsOf(node.body),
});

/** `name = [{ ... }]`, where the tables of a name are written so. */
export function inlineTables(tree: Tree, name: string): AST.TOMLArray | undefined {
  const value = top(tree).pairs.get(name)?.value;
  return value?.type === 'TOMLArray' ? value : undefined;
}

/** A string's value. */
export const textOf = (node: AST.TOMLContentNode | undefined): string | undefined =>
  node?.type === 'TOMLValue' && node.kind === 'string' ? node.value : undefined;

/** The strings of an array. */
export const textsOf = (node: AST.TOMLContentNode | undefined): string[] =>
  node?.type === 'TOMLArray' ? node.elements.map((it) => textOf(it) ?? '') : [];

/** Where the line of an offset begins. */
export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Behind the end of the line of an offset. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** Where the comments begin that stand right above a line: that line's start where none do. */
export function aboveComments(text: string, line: number): number {
  let from = line;
  while (from > 0) {
    const before = lineStart(text, from - 1);
    if (!/^[ \t]*#/.test(text.slice(before, from))) break;
    from = before;
  }
  return from;
}
