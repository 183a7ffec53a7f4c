/** From a trace to what the lanes draw: runs of one CPU, and in them headings, steps and folds. */
import type { LineView, StepView } from './protocol';

/** Which of a lane's programs runs: its task, what another CPU asked for, its interrupt. */
export type Frame = StepView['frame'];

/** One row in a lane. A `loop` stands above the first step of what repeats for ever. */
export type Row =
  | { kind: 'loop'; key: string; from: number }
  | {
      kind: 'operation';
      key: string;
      operation: number;
      /** The function that it runs. */
      name: string;
      frame: Frame;
      folded: boolean;
    }
  | {
      kind: 'function';
      key: string;
      name: string;
      frame: Frame;
      depth: number;
      again: boolean;
      from: number;
    }
  | { kind: 'step'; key: string; step: StepView }
  | {
      kind: 'folded';
      key: string;
      frame: Frame;
      first: number;
      last: number;
      broke: readonly string[];
    };

/** Steps of one CPU with no other in between. */
export interface Run {
  key: string;
  cpu: number;
  /** The number of its first step. */
  first: number;
  /** The number of its last step. */
  last: number;
  rows: Row[];
}

/**
 * Names an operation of one of a lane's programs, for folding. Other CPUs may ask for the same thing
 * more than once: `since` is the step that started it.
 */
export const operationKey = (cpu: number, frame: Frame, operation: number, since = 0): string =>
  `${cpu}${frame}${frame === 'call' ? since : ''}:${operation}`;

interface Lane {
  seen: Set<string>;
  /** Where the lane was: its last line, and the operation that the line belonged to. */
  last: string | null;
  /** The step that last started what another CPU asked for. */
  called: number;
}

/**
 * Lays a trace out. Operations whose key is in `folded` shrink to a row a run. Of a trace that ends
 * with a loop, `loopFrom` says how many steps lead to it.
 */
export function layOut(
  trace: readonly StepView[],
  folded: ReadonlySet<string>,
  loopFrom: number | null = null,
): Run[] {
  const runs: Run[] = [];
  const lanes = new Map<number, Lane>();
  for (const step of trace) {
    const lane = lanes.get(step.cpu) ?? { seen: new Set(), last: null, called: 0 };
    lanes.set(step.cpu, lane);
    let run = runs.at(-1);
    const fresh = run?.cpu !== step.cpu;
    if (run === undefined || fresh) {
      run = {
        key: `run${step.number}`,
        cpu: step.cpu,
        first: step.number,
        last: step.number,
        rows: [],
      };
      runs.push(run);
    }
    run.last = step.number;
    if (loopFrom === step.number - 1) run.rows.push({ kind: 'loop', key: 'loop', from: loopFrom });
    addStep(run, lane, step, fresh, folded);
  }
  return runs;
}

function addStep(
  run: Run,
  lane: Lane,
  step: StepView,
  fresh: boolean,
  folded: ReadonlySet<string>,
): void {
  const line = step.lines[0];
  if (!line) {
    // A store that reaches memory leaves the lane where it is.
    if (!drains(step)) lane.last = null;
    if (startsCall(step)) lane.called = step.number;
    run.rows.push({ kind: 'step', key: `step${step.number}`, step });
    return;
  }
  const { frame } = step;
  const key = operationKey(step.cpu, frame, line.operation, lane.called);
  const isFolded = folded.has(key);
  if (!lane.seen.has(key)) {
    lane.seen.add(key);
    lane.last = null;
    run.rows.push({
      kind: 'operation',
      key,
      operation: line.operation,
      name: line.stack[0] ?? line.function,
      frame,
      folded: isFolded,
    });
  }
  if (isFolded) {
    addFolded(run, step, key);
    return;
  }
  const here = `${key}/${line.stack.join('/')}`;
  if (lane.last !== here || fresh) {
    const again = lane.seen.has(here);
    run.rows.push(heading(line, frame, step.number, again));
  }
  for (const it of step.lines) lane.seen.add(`${key}/${it.stack.join('/')}`);
  const end = step.lines.at(-1) ?? line;
  lane.last = `${key}/${end.stack.join('/')}`;
  run.rows.push({ kind: 'step', key: `step${step.number}`, step });
}

const heading = (line: LineView, frame: Frame, from: number, again: boolean): Row => ({
  kind: 'function',
  key: `function${from}`,
  name: line.function,
  frame,
  depth: line.depth,
  again,
  from,
});

function addFolded(run: Run, step: StepView, key: string): void {
  const last = run.rows.at(-1);
  if (last?.kind === 'folded' && last.key.startsWith(`${key}@`)) {
    last.last = step.number;
    last.broke = [...last.broke, ...step.broke];
    return;
  }
  run.rows.push({
    kind: 'folded',
    key: `${key}@${step.number}`,
    frame: step.frame,
    first: step.number,
    last: step.number,
    broke: step.broke,
  });
}

/** Whether a step begins what another CPU asked for: an IPI or a work item. */
export const startsCall = ({ lines, choice }: StepView): boolean =>
  lines.length === 0 && choice.endsWith('c');

/** Whether a step lets a store reach memory that waited in a store buffer. */
export const drains = ({ lines, choice }: StepView): boolean =>
  lines.length === 0 && choice.endsWith('d');

/** Whether a line of a step needs its function's name above it: the step crossed a call. */
export const crosses = (lines: readonly LineView[], index: number): boolean =>
  index > 0 && lines[index]?.function !== lines[index - 1]?.function;
