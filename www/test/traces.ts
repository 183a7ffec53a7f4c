import type { LineView, StepView } from '../src/protocol';

/** A line of a function that is called through others. */
export const line = (stack: string[], operation = 0): LineView => ({
  function: stack.at(-1) ?? '',
  label: 'line',
  text: `in ${stack.at(-1)}`,
  depth: stack.length - 1,
  stack,
  operation,
  taken: null,
  changes: [],
});

/** A trace from choices, each step with one line of `f` of its lane unless given. */
export function traceOf(choices: string[], lines: Record<number, LineView[]> = {}): StepView[] {
  return choices.map((choice, index) => {
    const cpu = Number.parseInt(choice, 10);
    return {
      number: index + 1,
      cpu,
      choice,
      frame: 'task',
      context_switch: index > 0 && Number.parseInt(choices[index - 1] ?? '', 10) !== cpu,
      lines: lines[index + 1] ?? [line(['f'])],
      changes: [],
      broke: [],
      sentence: `step ${index + 1}`,
    };
  });
}
