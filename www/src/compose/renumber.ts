/** CPUs are known by their numbers: what names one follows when the numbers change. */
import type { AST } from 'toml-eslint-parser';
import { type Splice, type Table, type Tree, table, tables } from './tree';

/** The new number of a CPU; none for one that is gone. */
export type Renumbering = (cpu: number) => number | undefined;

const WORD = /(?<=^|[\s"'])(\d+)([icd]?(?:\*\d*)?)(?=[\s"']|$)([ \t]*)/g;

/** The schedule, the claims and the calls that name a CPU, with its new number. Steps of a CPU
 * that is gone are taken out; a signal to it names no lane any more, which the engine tells. */
export function renumbered(tree: Tree, renumber: Renumbering): Splice[] {
  return [...ofSchedule(tree, renumber), ...ofClaims(tree, renumber), ...ofCalls(tree, renumber)];
}

function ofSchedule(tree: Tree, renumber: Renumbering): Splice[] {
  const steps = table(tree, 'schedule')?.pairs.get('steps')?.value;
  if (!steps) return [];
  const [from, to] = steps.range;
  const old = tree.text.slice(from, to);
  const put = old.replace(WORD, (_, cpu: string, rest: string, blank: string) => {
    const number = renumber(Number(cpu));
    return number === undefined ? '' : `${number}${rest}${blank}`;
  });
  return put === old ? [] : [{ from, to, put: put.replace(/[ \t]+(["'])$/, '$1') }];
}

function ofClaims(tree: Tree, renumber: Renumbering): Splice[] {
  const names = tables(tree, 'expect').flatMap(namesIn);
  return names.flatMap((it) => name(tree, it, renumber));
}

/** The names of results in a claim. */
function namesIn({ pairs }: Table): AST.TOMLNode[] {
  const patterns = ['never', 'sometimes', 'always'].map((key) => pairs.get(key)?.value);
  const keys = patterns.flatMap((it) => (it?.type === 'TOMLInlineTable' ? it.body : []));
  return keys.flatMap(({ key }) => key.keys);
}

/** The lines of the claims that name a CPU. */
export function claimsAbout(tree: Tree, cpu: number): number[] {
  const names = tables(tree, 'expect').flatMap(namesIn);
  const about = names.filter(({ range }) => tree.text.slice(...range) === `cpu${cpu}`);
  return about.map(({ loc }) => loc.start.line);
}

function name({ text }: Tree, { range: [from, to] }: AST.TOMLNode, renumber: Renumbering) {
  const found = /^cpu(\d+)$/.exec(text.slice(from, to));
  const number = found ? renumber(Number(found[1])) : undefined;
  if (number === undefined || number === Number(found?.[1])) return [];
  return [{ from, to, put: `cpu${number}` }];
}

/** `send_sig(cpu0)`: the one call that names a lane. */
function ofCalls(tree: Tree, renumber: Renumbering): Splice[] {
  const lists = tables(tree, 'cpu').flatMap(({ pairs }) =>
    ['run', 'interrupt'].map((key) => pairs.get(key)?.value),
  );
  const calls = lists.flatMap((it) => (it?.type === 'TOMLArray' ? it.elements : []));
  return calls.flatMap(({ range: [from, to] }) => {
    const old = tree.text.slice(from, to);
    const put = old.replace(/(\bsend_sig\(\s*cpu)(\d+)/, (_, call: string, cpu: string) => {
      const number = renumber(Number(cpu));
      return call + (number ?? '');
    });
    return put === old ? [] : [{ from, to, put }];
  });
}
