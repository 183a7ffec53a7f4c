/** The claims of a scenario: how one is written, taken apart, and said in words. */
import type { AST } from 'toml-eslint-parser';
import { type Table, type Tree, tables, textOf, textsOf } from './tree';

/** How often an execution ends so. */
export const QUANTIFIERS = ['never', 'sometimes', 'always'] as const;
export type Quantifier = (typeof QUANTIFIERS)[number];

/** One `[[expect]]`. */
export interface ClaimOutline {
  /** None where it is written in a way that a form would spoil. */
  quantifier: Quantifier | null;
  /** The parts of its pattern but for `breaks`, each with its value. */
  parts: readonly (readonly [string, string])[];
  breaks: readonly string[];
  /** The kernel as it is written; none for that of the file. */
  kernel: string | null;
  /** The preset that it is, if it is just that. */
  preset: string | null;
  /** Where it stands in the text. */
  line: number;
}

/** The claims of a text. */
export const claimsOf = (tree: Tree): ClaimOutline[] =>
  tables(tree, 'expect').map((it) => claim(tree, it));

function claim(tree: Tree, { pairs, node }: Table): ClaimOutline {
  const written = QUANTIFIERS.filter((it) => pairs.has(it));
  const pattern = pairs.get(written[0] ?? '')?.value;
  const known = written.length === 1 && pattern?.type === 'TOMLInlineTable';
  const body = known ? pattern.body : [];
  const kernel = pairs.get('kernel')?.value;
  const parts = body.flatMap(({ key, value }) => {
    const name = tree.text.slice(...key.range);
    return name === 'breaks' ? [] : [[name, textOf(value) ?? source(tree, value)] as const];
  });
  const breaks = body.find(({ key }) => tree.text.slice(...key.range) === 'breaks')?.value;
  const one = textOf(breaks);
  return {
    quantifier: known ? (written[0] ?? null) : null,
    parts,
    breaks: one === undefined ? textsOf(breaks) : [one],
    kernel: kernel ? source(tree, kernel) : null,
    preset: textOf(kernel) ?? null,
    line: node?.loc.start.line ?? 1,
  };
}

const source = (tree: Tree, node: AST.TOMLNode): string => tree.text.slice(...node.range);

/** A claim in one line. */
export function sentence({ quantifier, parts, breaks, kernel, preset }: ClaimOutline): string {
  if (quantifier === null) return 'a claim that only the text shows';
  const said = parts.map(([name, value]) => `${name} = ${value}`);
  const all = [...said, ...breaks.map((name) => `breaks ${name}`)].join(', ');
  const under = preset ?? kernel;
  return `${quantifier} ${all}${under === null ? '' : ` under ${under}`}`;
}
