/** Other futures: traces that the one on the stage has left, kept so that one can return. */
import type { StepView } from './protocol';

/** One of them. */
export interface Fork {
  readonly trace: readonly StepView[];
  /** How many steps it has in common with the trace on the stage. */
  readonly at: number;
  /** Where the cursor stood in it. */
  readonly cursor: number;
}

const MOST = 4;

function common(one: readonly StepView[], other: readonly StepView[]): number {
  const at = one.findIndex((step, index) => step.choice !== other[index]?.choice);
  return at < 0 ? one.length : at;
}

/** The futures beside a new trace, when the one before it is left at a cursor; the newest first. */
export function forksBeside(
  trace: readonly StepView[],
  left: readonly StepView[],
  cursor: number,
  forks: readonly Fork[],
): readonly Fork[] {
  const beside: Fork[] = [];
  for (const fork of [{ trace: left, at: 0, cursor }, ...forks]) {
    const at = common(fork.trace, trace);
    const known = beside.some((it) => common(fork.trace, it.trace) === fork.trace.length);
    if (at < fork.trace.length && !known) beside.push({ ...fork, at });
  }
  return beside.slice(0, MOST);
}
