/** Elements of arrays: put in, taken out, with the layout and the comments around them kept. */
import type { AST } from 'toml-eslint-parser';
import { aboveComments, lineEnd, lineStart, type Splice, type Tree } from './tree';

/** An element with the comments that belong to it. */
export interface Carried {
  /** The element as it is written. */
  literal: string;
  /** Comments on lines of their own right above it, each with its `#`. */
  above: readonly string[];
  /** The comment behind it on its line, or nothing. */
  behind: string;
}

/** An element without comments. */
export const plain = (literal: string): Carried => ({ literal, above: [], behind: '' });

const BLANK = /^[ \t]*$/;

/** Whether an element is the first thing on its line. */
const leads = ({ text }: Tree, { range: [from] }: AST.TOMLNode): boolean =>
  BLANK.test(text.slice(lineStart(text, from), from));

/** What stands behind an element that has its lines for itself: a comma, a comment. */
function alone(tree: Tree, node: AST.TOMLNode): { comma: boolean; comment: string } | null {
  if (!leads(tree, node)) return null;
  const rest = tree.text.slice(node.range[1], lineEnd(tree.text, node.range[1]));
  const found = /^[ \t]*(,?)[ \t]*(#[^\r\n]*)?\r?\n$/.exec(rest);
  return found ? { comma: found[1] === ',', comment: found[2] ?? '' } : null;
}

const commaBetween = ({ program }: Tree, from: number, to: number): AST.Range | undefined =>
  program.tokens.find(
    (it) =>
      it.type === 'Punctuator' && it.value === ',' && it.range[0] >= from && it.range[1] <= to,
  )?.range;

const commentBetween = ({ program }: Tree, from: number, to: number): boolean =>
  program.comments.some(({ range }) => range[0] >= from && range[1] <= to);

/** The comments above an element that has its lines for itself begin here. */
function above(tree: Tree, array: AST.TOMLArray, at: number): number {
  const node = array.elements[at];
  if (!node) return array.range[1];
  const line = lineStart(tree.text, node.range[0]);
  const before = array.elements[at - 1]?.range[1] ?? array.range[0];
  return Math.max(aboveComments(tree.text, line), lineEnd(tree.text, before));
}

/** An element with its comments, where those are its own. */
export function carried(tree: Tree, array: AST.TOMLArray, at: number): Carried {
  const node = array.elements[at];
  if (!node) return plain('');
  const literal = tree.text.slice(...node.range);
  const own = alone(tree, node);
  if (!own) return plain(literal);
  const lines = tree.text.slice(above(tree, array, at), lineStart(tree.text, node.range[0]));
  const comments = lines.split(/\r?\n/).map((line) => line.trim());
  return { literal, above: comments.filter((it) => it !== ''), behind: own.comment };
}

/** Takes an element out. Comments above it stay, unless it is carried elsewhere. */
export function without(tree: Tree, array: AST.TOMLArray, at: number, carry = false): Splice[] {
  const node = array.elements[at];
  if (!node) return [];
  const [from, to] = node.range;
  const before = array.elements[at - 1];
  const next = array.elements[at + 1];
  const own = alone(tree, node);
  if (own && (own.comma || !next)) {
    const start = carry ? above(tree, array, at) : lineStart(tree.text, from);
    const line = { from: start, to: lineEnd(tree.text, to), put: '' };
    const comma = before && !own.comma && commaBetween(tree, before.range[1], from);
    return comma ? [line, { from: comma[0], to: comma[1], put: '' }] : [line];
  }
  if (next && !commentBetween(tree, to, next.range[0]))
    return [{ from, to: next.range[0], put: '' }];
  const comma = commaBetween(tree, to, next?.range[0] ?? array.range[1]);
  if (next) return comma ? [{ from, to: comma[1], put: '' }] : [];
  if (before && !comma && !commentBetween(tree, before.range[1], from))
    return [{ from: before.range[1], to, put: '' }];
  const start = before && comma ? commaBetween(tree, before.range[1], from)?.[1] : from;
  const clear = start !== undefined && !commentBetween(tree, start, from);
  return [{ from: clear ? start : from, to: comma?.[1] ?? to, put: '' }];
}

/** Puts an element in at a place; behind the last one where there are not so many. */
export function into(tree: Tree, array: AST.TOMLArray, at: number, item: Carried): Splice[] {
  const { text, eol } = tree;
  const next = array.elements[at];
  const last = array.elements.at(-1);
  const comments = item.above.length > 0 || item.behind !== '';
  if (!last) {
    const inside = array.range[0] + 1;
    if (!comments) return [{ from: inside, to: inside, put: item.literal }];
    const put = eol + lines(item, '    ', ',', eol);
    const closed = /^[ \t]*\r?\n/.test(text.slice(inside, lineEnd(text, inside)));
    return [{ from: inside, to: inside, put: closed ? put.replace(/\r?\n$/, '') : put }];
  }
  if (next) {
    const start = next.range[0];
    if (!leads(tree, next)) {
      if (comments) return into(tree, array, at, plain(item.literal));
      return [{ from: start, to: start, put: `${item.literal}, ` }];
    }
    const place = above(tree, array, at);
    return [{ from: place, to: place, put: lines(item, indent(tree, next), ',', eol) }];
  }
  const [, end] = last.range;
  const comma = commaBetween(tree, end, array.range[1]);
  if (!leads(tree, last)) return [{ from: end, to: end, put: `, ${item.literal}` }];
  const missing = comma ? [] : [{ from: end, to: end, put: ',' }];
  const behind = lineEnd(text, end);
  const mark = comma ? ',' : '';
  if (behind > array.range[1]) {
    const put = `${eol}${indent(tree, last)}${item.literal}${mark}`;
    const place = comma?.[1] ?? end;
    return [{ from: place, to: place, put: comma ? put : `,${put}` }];
  }
  return [
    ...missing,
    { from: behind, to: behind, put: lines(item, indent(tree, last), mark, eol) },
  ];
}

/** An array on one line broken into lines, one for each element; comments need that. */
export function broken(tree: Tree, array: AST.TOMLArray): Splice[] {
  if (tree.text.slice(...array.range).includes('\n')) return [];
  const items = array.elements.map((it) => `    ${tree.text.slice(...it.range)},${tree.eol}`);
  const [from, to] = array.range;
  return [{ from, to, put: `[${tree.eol}${items.join('')}]` }];
}

const indent = ({ text }: Tree, { range: [from] }: AST.TOMLNode): string =>
  text.slice(lineStart(text, from), from);

const lines = (item: Carried, blank: string, comma: string, eol: string): string =>
  [...item.above, `${item.literal}${comma}${item.behind === '' ? '' : ` ${item.behind}`}`]
    .map((line) => `${blank}${line}${eol}`)
    .join('');
