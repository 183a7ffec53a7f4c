/** Small questions about a trace, asked by keys and buttons. */
import type { FindingView, StepView } from './protocol';

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

/** The step at which a property broke, up to the cursor. */
export const brokenAt = (findings: readonly FindingView[], name: string): number | null =>
  findings.find((finding) => finding.name === name)?.step ?? null;
