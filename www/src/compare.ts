/** Two traces of one schedule, line by line: what both have, and where they part. */
import type { FollowedView, StepView } from './protocol';

/** A row of the comparison. */
export interface Pair {
  readonly left: StepView | null;
  readonly right: StepView | null;
  /** Both have the line, and it does the same to the machine. */
  readonly same: boolean;
}

/** Where a step stands: its lane, and the line that it begins with. */
const placeOf = ({ cpu, choice, frame, lines: [line] }: StepView): string =>
  line ? `${cpu} ${frame} ${line.function}:${line.label}` : `${cpu} ${choice}`;

/** What a step does: the way it takes, what it changes, what it breaks. */
const effectOf = ({ lines, changes, broke }: StepView): string =>
  JSON.stringify([lines.map((it) => [it.label, it.taken, it.changes]), changes, broke]);

/**
 * Puts the steps of two traces side by side that run the same line on the same lane, as many as
 * there can be in both orders; between them each has its own.
 */
export function align(left: readonly StepView[], right: readonly StepView[]): Pair[] {
  const [a, b] = [left.map(placeOf), right.map(placeOf)];
  let first = 0;
  while (first < a.length && first < b.length && a[first] === b[first]) first++;
  const common = commonTails(a.slice(first), b.slice(first));
  const pairs = left.slice(0, first).map((step, index) => pair(step, right[index] ?? null));
  let [i, j] = [first, first];
  while (i < a.length || j < b.length) {
    const [one, other] = [left[i] ?? null, right[j] ?? null];
    const [here, down, across] = [
      at(common, i - first, j - first),
      at(common, i + 1 - first, j - first),
      at(common, i - first, j + 1 - first),
    ];
    if (one && other && a[i] === b[j] && here > 0) {
      pairs.push(pair(one, other));
      i++;
      j++;
    } else if (one && (!other || down >= across)) {
      pairs.push(pair(one, null));
      i++;
    } else {
      pairs.push(pair(null, other));
      j++;
    }
  }
  return pairs;
}

const pair = (left: StepView | null, right: StepView | null): Pair => ({
  left,
  right,
  same: left !== null && right !== null && effectOf(left) === effectOf(right),
});

const at = (table: readonly Uint16Array[], i: number, j: number): number => table[i]?.[j] ?? 0;

/** How many places the rest of one and the rest of the other have in common, in order. */
function commonTails(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    const row = table[i] as Uint16Array;
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] =
        a[i] === b[j]
          ? at(table, i + 1, j + 1) + 1
          : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  }
  return table;
}

/** How an execution ended, in words. */
export function endOf({ results, breaks, drift, end, why }: FollowedView): string {
  const values = Object.entries(results)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, value]) => `${name} = ${value}`);
  const broken = breaks.length === 0 ? 'no property broken' : `breaks ${breaks.join(', ')}`;
  const drifts = drift === 0 ? [] : [`drift ${drift > 0 ? '+' : ''}${drift}`];
  const ends = end === 'done' ? 'every CPU done' : (end ?? 'not ended after 2,000 more steps');
  return [...values, ...drifts, broken, [ends, ...why].join(': ')].join('; ');
}

/** Whether two executions come to the same. */
export const endAlike = (one: FollowedView, other: FollowedView): boolean =>
  endOf(one) === endOf(other);
