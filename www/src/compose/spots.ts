/** Where calls stand: on lanes, in their interrupt handlers, and before all of them. */
import type { List } from './edits';
import type { Outline } from './outline';

/** Where a call stands, or is to stand. */
export interface Spot {
  /** The number of its lane; of its `[[before]]`, where it stands in one. */
  cpu: number;
  list: 'run' | 'interrupt' | 'before';
  at: number;
}

/** One of the places that have a list of calls. */
export type Where = Pick<Spot, 'cpu' | 'list'>;

/** The list of the text that a spot is in. */
export const listOf = ({ cpu, list }: Where): List =>
  list === 'before'
    ? { table: 'before', at: cpu, key: 'run' }
    : { table: 'cpu', at: cpu, key: list };

/** The calls there; none where there is no such lane. */
export const callsAt = (
  { before, cpus }: Outline,
  { cpu, list }: Where,
): readonly string[] | undefined => (list === 'before' ? before[cpu]?.run : cpus[cpu]?.[list]);

/** Every list of calls. */
export const wheres = ({ before, cpus }: Outline): Where[] => [
  ...before.map((_, cpu) => ({ cpu, list: 'before' as const })),
  ...cpus.flatMap((_, cpu) => (['run', 'interrupt'] as const).map((list) => ({ cpu, list }))),
];

/** The process whose calls stand there, as it is written. */
export const ownerOf = ({ before, cpus }: Outline, { cpu, list }: Where): string | null =>
  (list === 'before' ? before : cpus)[cpu]?.process ?? null;

/** How a place is called. */
export const nameOf = ({ cpu, list }: Where): string =>
  list === 'before' ? 'before the lanes begin' : `CPU${cpu}`;
