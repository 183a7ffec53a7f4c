/** A step of one lane put before or behind steps of other lanes: the schedule that this makes. */
import type { StepView } from './protocol';
import { scheduleOf } from './schedule';

/** The schedule, or why there is none. */
export type Moved = { schedule: string } | { why: string };

/** Puts the step of number `from` where number `to` is now. A lane keeps the order of its steps. */
export function moved(trace: readonly StepView[], from: number, to: number): Moved {
  const step = trace[from - 1];
  if (!step || to < 1 || to > trace.length) {
    return {
      why: to < 1 ? 'Nothing comes before the first step.' : 'Nothing comes after the last step.',
    };
  }
  const passed = to < from ? trace.slice(to - 1, from - 1) : trace.slice(from, to);
  const own = passed.find((it) => it.cpu === step.cpu);
  if (own) {
    const side = to < from ? 'after' : 'before';
    return {
      why: `Step ${from} stays ${side} step ${own.number}, which is CPU${step.cpu}'s, too.`,
    };
  }
  const others = trace.filter((it) => it !== step);
  return { schedule: scheduleOf([...others.slice(0, to - 1), step, ...others.slice(to - 1)]) };
}
