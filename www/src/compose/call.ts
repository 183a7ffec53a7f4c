/** One call of a timeline, between its text and a form. */
import type { OperationHelp, ParamHelp } from '../protocol';
import { areasOf, mappingName, type Outline } from './outline';
import { callsAt, ownerOf, type Spot, type Where, wheres } from './spots';

/** A call taken apart. */
export interface Call {
  /** The name before `=`. */
  result: string;
  retry: boolean;
  name: string;
  args: readonly string[];
}

/** Takes a call apart; null for what is no call. */
export function callOf(text: string): Call | null {
  const found = /^\s*(?:(\w+)\s*=\s*)?(retry\s+)?(\w+)\s*\((.*)\)\s*$/s.exec(text);
  if (!found) return null;
  const [, result = '', retry, name = '', inside = ''] = found;
  const args = inside.trim() === '' ? [] : inside.split(',').map((arg) => arg.trim());
  return { result, retry: retry !== undefined, name, args };
}

/** A call as timelines write it. */
export function textOfCall({ result, retry, name, args }: Call): string {
  const given = args.slice(0, args.findLastIndex((arg) => arg !== '') + 1);
  const call = `${name}(${given.join(', ')})`;
  return `${result === '' ? '' : `${result} = `}${retry ? 'retry ' : ''}${call}`;
}

/** The process of a lane; that which it gets with a call that needs one. */
export const processOf = (outline: Outline, where: Where): string | undefined =>
  ownerOf(outline, where) ?? outline.processes[0]?.name;

/** The names that an argument may be, as the scenario has them at a spot; null for a free text. */
export function namesFor(
  { kind }: ParamHelp,
  outline: Outline,
  spot: Spot,
  operations: readonly OperationHelp[],
): string[] | null {
  const process = outline.processes.find((it) => it.name === processOf(outline, spot));
  const mappings = process?.map.map(mappingName) ?? [];
  const results = (which: (it: OperationHelp) => boolean) => resultsOf(outline, operations, which);
  switch (kind) {
    case 'area':
      return areasOf(outline.blocks);
    case 'address':
      return mappings;
    case 'word':
      return mappings.flatMap((name) => [name, `${name}[1]`]);
    case 'pin':
      return results((it) => it.makes_pin);
    case 'pin_word':
      return results((it) => it.makes_pin).flatMap((name) => [name, `${name}[1]`]);
    case 'page':
      return results((it) => it.gives_page);
    case 'child':
      return outline.processes.flatMap((it) => (it.childOf === process?.name ? [it.name] : []));
    case 'task':
      return outline.cpus.map((_, number) => `cpu${number}`);
    default:
      return null;
  }
}

/** All calls of a scenario. */
function callsOf(outline: Outline): Call[] {
  const texts = wheres(outline).flatMap((it) => callsAt(outline, it) ?? []);
  return texts.flatMap((text) => callOf(text) ?? []);
}

/** What claims can say of results: their names, and the lanes for those without. */
export const resultNames = (outline: Outline): string[] => [
  ...new Set(callsOf(outline).flatMap(({ result }) => (result === '' ? [] : [result]))),
  ...outline.cpus.map((_, cpu) => `cpu${cpu}`),
];

function resultsOf(
  outline: Outline,
  operations: readonly OperationHelp[],
  which: (it: OperationHelp) => boolean,
): string[] {
  const names = new Set(operations.filter(which).map((it) => it.name));
  return callsOf(outline).flatMap(({ name, result }) =>
    names.has(name) && result !== '' ? [result] : [],
  );
}

/** A name for a result that no other call has. */
export function freeName(outline: Outline, first: string): string {
  const taken = new Set(callsOf(outline).map((it) => it.result));
  if (!taken.has(first)) return first;
  for (let number = 2; ; number++) {
    const name = `${first}${number}`;
    if (!taken.has(name)) return name;
  }
}

/** A call to begin with: what most callers would write on this machine. */
export function startOf(
  help: OperationHelp,
  outline: Outline,
  spot: Spot,
  operations: readonly OperationHelp[],
): Call {
  const args = help.params.map((param) => startArgument(param, outline, spot, operations));
  const result = help.makes_pin ? freeName(outline, 'p') : '';
  return { result, retry: false, name: help.name, args };
}

function startArgument(
  param: ParamHelp,
  outline: Outline,
  spot: Spot,
  operations: readonly OperationHelp[],
): string {
  if (param.optional) return '';
  if (param.kind === 'gup_flags') return '0';
  const names = namesFor(param, outline, spot, operations);
  if (names) return names.at(param.kind === 'pin' ? -1 : 0) ?? (param.kind === 'page' ? '0' : '');
  if (param.words[0] !== undefined) return param.words[0][0];
  switch (param.kind) {
    case 'pages':
    case 'value':
      return '1';
    case 'end':
    case 'end_pfn':
      return outline.machine.get('pageblock_pages') ?? '2';
    default:
      return '0';
  }
}

/** Why a kernel has no such operation; null where it has one, or where nobody can tell. */
export function lacking(help: OperationHelp, kernel: string, hugePages: boolean): string | null {
  const lack = help.lacks.find((it) => it.huge_pages === hugePages && it.kernels.includes(kernel));
  return lack ? lack.why || 'no kernel here has it on such a machine' : null;
}

/** The operations that a search finds: all words stand in the name, the help or the heading. */
export function found(operations: readonly OperationHelp[], search: string): OperationHelp[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const hay = (it: OperationHelp) => `${it.name} ${it.help} ${it.group}`.toLowerCase();
  const hits = operations.filter((it) => words.every((word) => hay(it).includes(word)));
  const rank = (it: OperationHelp) => Number(!words.every((word) => it.name.includes(word)));
  return hits.sort((a, b) => rank(a) - rank(b));
}
