/** Small questions about a trace, asked by keys and buttons. */
import type { Action } from './actions';
import type { FindingView, StepView } from './protocol';
import { asSentence, repeats } from './wording';

/** The schedule of the first `upto` steps, runs folded: `1*4 0*2 1i`. */
export function scheduleOf(trace: readonly StepView[], upto = trace.length): string {
  const runs: { choice: string; count: number }[] = [];
  for (const { choice } of trace.slice(0, upto)) {
    const last = runs.at(-1);
    if (last?.choice === choice && !choice.endsWith('i')) last.count++;
    else runs.push({ choice, count: 1 });
  }
  return runs.map(({ choice, count }) => (count > 1 ? `${choice}*${count}` : choice)).join(' ');
}

/** Where the lane changes next after the cursor: the end of the run, or of the trace. */
export function nextSwitch(trace: readonly StepView[], cursor: number): number {
  for (let at = cursor + 1; at < trace.length; at++) if (trace[at]?.context_switch) return at;
  return trace.length;
}

/** Where the lane changed last before the cursor, or the start. */
export function previousSwitch(trace: readonly StepView[], cursor: number): number {
  for (let at = cursor - 1; at > 0; at--) if (trace[at]?.context_switch) return at;
  return 0;
}

/** The next step that breaks a property; after the last one, the first again. */
export function nextBreak(trace: readonly StepView[], cursor: number): number | null {
  const steps = trace.filter((step) => step.broke.length > 0).map((step) => step.number);
  return steps.find((number) => number > cursor) ?? steps[0] ?? null;
}

/** The nearest step to the cursor that changes a subject: behind it, or with `-1` before it. */
export function nearestChange(
  trace: readonly StepView[],
  cursor: number,
  subject: string,
  way: 1 | -1,
): number | null {
  for (let at = cursor + way; at >= 1 && at <= trace.length; at += way) {
    const step = trace[at - 1];
    const changes = step?.lines.flatMap((line) => line.changes).concat(step.changes);
    if (changes?.some((change) => change.subject === subject)) return at;
  }
  return null;
}

/** The step at which a property broke, up to the cursor. */
export const brokenAt = (findings: readonly FindingView[], name: string): number | null =>
  findings.find((finding) => finding.name === name)?.step ?? null;

/** Ways to go through a trace. */
export type Way = 'back' | 'forward' | 'start' | 'end' | 'previous_switch' | 'next_switch';

/** Where a way leads from the cursor; it may lie outside of the trace. */
export function target(way: Way, trace: readonly StepView[], cursor: number): number {
  switch (way) {
    case 'back':
      return cursor - 1;
    case 'forward':
      return cursor + 1;
    case 'start':
      return 0;
    case 'end':
      return trace.length;
    case 'previous_switch':
      return previousSwitch(trace, cursor);
    case 'next_switch':
      return nextSwitch(trace, cursor);
  }
}

const MOVES: readonly Action['type'][] = [
  'step',
  'seek',
  'back',
  'forward',
  'start',
  'end',
  'previous_switch',
  'next_switch',
  'next_break',
  'witness',
  'visit',
  'move',
  'next_change',
  'previous_change',
];

/** Whether a wish moves the cursor, and so ends playing. */
export const moves = (action: Action): boolean => MOVES.includes(action.type);

/** What is said on arriving at a place of a trace, whose end may be that of a loop. */
export function sentence(
  trace: readonly StepView[],
  cursor: number,
  loopFrom: number | null,
): string {
  if (cursor === 0) return 'At the start.';
  const loops = loopFrom !== null && cursor === trace.length;
  const words = loops ? `${asSentence(repeats(loopFrom, cursor))} ` : '';
  return `${words}${trace[cursor - 1]?.sentence ?? ''}`;
}
