/** What a race tells the document that it stands in. */
import type { Model } from '../model';
import type { ExplorationView, OutcomeView } from '../protocol';
import { scheduleOf } from '../schedule';

/** A message to the document. */
export type Told =
  | { type: 'ready'; started: boolean }
  | { type: 'resize'; height: number }
  | ({ type: 'step' } & Place)
  | ({ type: 'verdict' } & Verdict)
  | ({ type: 'state' } & State)
  | { type: 'error'; of: string | null; message: string };

/** Where the cursor stands. */
export interface Place {
  cursor: number;
  /** The length of the trace. */
  steps: number;
  /** Who made the step at the cursor; nothing at the start. */
  cpu: number | null;
  choice: string | null;
  sentence: string | null;
  /** The properties that this step breaks. */
  breaks: string[];
}

/** All that stands on the stage. */
export interface State extends Place {
  title: string;
  kernel: string;
  /** The trace, as schedules are written. */
  schedule: string;
  cpus: { cpu: number; canStep: boolean; whyNot: string | null }[];
  /** The properties broken up to the cursor. */
  broken: string[];
  /** How the execution ends here, if it does. */
  end: string | null;
  /** A link that opens it in Pagerace. */
  link: string | null;
}

/** What a search has found. */
export interface Verdict {
  kernel: string;
  states: number;
  complete: boolean;
  outcomes: Pick<OutcomeView, 'results' | 'breaks' | 'end' | 'executions'>[];
  expectations: { claim: string; verdict: string }[];
}

export function place({ trace, state }: Model): Place {
  const cursor = state?.cursor ?? 0;
  const { cpu = null, choice = null, sentence = null, broke = [] } = trace[cursor - 1] ?? {};
  return { cursor, steps: trace.length, cpu, choice, sentence, breaks: [...broke] };
}

export function wholeState(model: Model, link: string | null): State {
  const { scenario, state, trace } = model;
  return {
    ...place(model),
    title: scenario?.title ?? '',
    kernel: scenario?.kernel ?? '',
    schedule: scheduleOf(trace),
    cpus: (state?.lanes ?? []).map(({ cpu, can_step, why_not }) => ({
      cpu,
      canStep: can_step,
      whyNot: why_not,
    })),
    broken: (state?.findings ?? []).map(({ name }) => name),
    end: state?.end ?? null,
    link,
  };
}

export const verdict = (view: ExplorationView): Verdict => ({
  kernel: view.kernel,
  states: view.states,
  complete: view.complete,
  outcomes: view.outcomes.map(({ results, breaks, end, executions }) => ({
    results,
    breaks,
    end,
    executions,
  })),
  expectations: view.expectations.map(({ claim, verdict }) => ({ claim, verdict })),
});
