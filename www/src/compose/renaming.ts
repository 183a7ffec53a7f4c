/** The reader's names of processes and mappings: another name, wherever it is used. */
import type { OperationHelp, ParamKind } from '../protocol';
import type { Edit } from './edits';
import { mappingName, type Outline } from './outline';
import { callsAt, listOf, ownerOf, wheres } from './spots';

/** What a name is made of. */
export const NAME = '[A-Za-z_][A-Za-z0-9_]*';

/** A call with other arguments; nothing else of it changes. */
function withArguments(call: string, change: (argument: string, at: number) => string): string {
  return call.replace(/\(([^)]*)\)/, (_, inside: string) => {
    const all = inside.split(',');
    return `(${all.map((argument, at) => change(argument, at)).join(',')})`;
  });
}

/** Replaces a name where a call's arguments are of a kind. */
function inCall(
  call: string,
  operations: readonly OperationHelp[],
  kinds: readonly ParamKind[],
  [old, name]: readonly [string, string],
): string {
  const [, function_ = ''] = /(\w+)\s*\(/.exec(call) ?? [];
  const params = operations.find((it) => it.name === function_)?.params ?? [];
  return withArguments(call, (argument, at) => {
    const kind = params[at]?.kind;
    if (!kind || !kinds.includes(kind)) return argument;
    return argument.replace(/\w+/, (word) => (word === old ? name : word));
  });
}

/** The edits that change the calls of some processes. */
function callEdits(
  outline: Outline,
  isOf: (process: string | null) => boolean,
  change: (call: string) => string,
): Edit[] {
  return wheres(outline).flatMap((where): Edit[] => {
    if (!isOf(ownerOf(outline, where))) return [];
    const list = listOf(where);
    return (callsAt(outline, where) ?? []).flatMap((call, at): Edit[] => {
      const value = change(call);
      return value === call ? [] : [{ do: 'replace', list, at, value }];
    });
  });
}

/** Gives a process another name. */
export function renameProcess(
  outline: Outline,
  at: number,
  name: string,
  operations: readonly OperationHelp[],
): Edit[] {
  const old = outline.processes[at]?.name ?? '';
  const named = (table: string, key: string, holds: readonly (string | null)[]): Edit[] =>
    holds.flatMap((it, number): Edit[] =>
      it === old ? [{ do: 'set', in: { table, at: number }, key, value: name }] : [],
    );
  const inArguments = (call: string) => inCall(call, operations, ['child'], [old, name]);
  return [
    { do: 'set', in: { table: 'process', at }, key: 'name', value: name },
    ...named(
      'process',
      'child_of',
      outline.processes.map((it) => it.childOf),
    ),
    ...named(
      'before',
      'process',
      outline.before.map((it) => it.process),
    ),
    ...named(
      'cpu',
      'process',
      outline.cpus.map((it) => it.process),
    ),
    ...callEdits(outline, () => true, inArguments),
  ];
}

/** Processes that have the mappings of one: itself, its children, and theirs. */
function family({ processes }: Outline, name: string): Set<string> {
  const all = new Set([name]);
  for (const _ of processes)
    for (const it of processes) if (it.childOf !== null && all.has(it.childOf)) all.add(it.name);
  return all;
}

/** Gives a mapping of a process another name. */
export function renameMapping(
  outline: Outline,
  process: number,
  at: number,
  name: string,
  operations: readonly OperationHelp[],
): Edit[] {
  const { name: owner = '', map = [] } = outline.processes[process] ?? {};
  const text = map[at] ?? '';
  const old = mappingName(text);
  const users = family(outline, owner);
  const isOf = (it: string | null) => it !== null && users.has(it);
  const change = (call: string) => inCall(call, operations, ['address', 'word'], [old, name]);
  const translated = outline.cpus.flatMap(({ process, tlb }, cpu): Edit[] =>
    tlb.flatMap((it, place): Edit[] => {
      const [word = ''] = /^\w+/.exec(it) ?? [];
      if (!isOf(process) || word !== old) return [];
      const list = { table: 'cpu', at: cpu, key: 'tlb' };
      return [{ do: 'replace', list, at: place, value: name + it.slice(old.length) }];
    }),
  );
  return [
    {
      do: 'replace',
      list: { table: 'process', at: process, key: 'map' },
      at,
      value: text.replace(old, name),
    },
    ...translated,
    ...callEdits(outline, isOf, change),
  ];
}
