/** What a reader may hold possible before the search says what is. */
import { outcomeKey } from './matrix';
import type { ExplorationView, OutcomeView, ScenarioView } from './protocol';

/** An outcome that may or may not be one. */
export interface Candidate {
  readonly key: string;
  readonly outcome: OutcomeView;
  /** Whether executions end so. */
  readonly real: boolean;
}

const MOST_REAL = 6;
const MOST_FALSE = 4;

/**
 * True outcomes and plausible false ones in an order that does not tell: results that each occur but
 * never together, a claimed property broken or kept where it is not, ends that do not come.
 */
export function candidates(view: ExplorationView, scenario: ScenarioView): Candidate[] {
  const real = view.outcomes.slice(0, MOST_REAL);
  const known = new Set(view.outcomes.map(outcomeKey));
  const wrong = new Map<string, OutcomeView>();
  for (const outcome of [...twisted(real, scenario), ...mixed(view.outcomes)]) {
    const key = outcomeKey(outcome);
    if (!known.has(key) && wrong.size < MOST_FALSE) wrong.set(key, outcome);
  }
  const all = [
    ...real.map((outcome) => ({ key: outcomeKey(outcome), outcome, real: true })),
    ...[...wrong].map(([key, outcome]) => ({ key, outcome, real: false })),
  ];
  // By their words: neither what is true nor what came first shows.
  return all.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const plain = (outcome: OutcomeView, change: Partial<OutcomeView>): OutcomeView => ({
  ...outcome,
  witness: null,
  why: [],
  runs: 0,
  ...change,
});

/** Each outcome with what the claims are about turned round, or with another end. */
function* twisted(real: readonly OutcomeView[], scenario: ScenarioView): Generator<OutcomeView> {
  const claimed = scenario.properties.filter((it) => it.claimed).map((it) => it.name);
  for (const outcome of real) {
    for (const name of claimed) {
      const has = outcome.breaks.includes(name);
      const breaks = has ? outcome.breaks.filter((it) => it !== name) : [...outcome.breaks, name];
      yield plain(outcome, { breaks });
    }
  }
  for (const outcome of real) {
    if (outcome.drift !== 0) yield plain(outcome, { drift: 0 });
    yield outcome.end === 'done'
      ? plain(outcome, { end: 'deadlock', results: {}, breaks: [], drift: 0 })
      : plain(outcome, { end: 'done' });
  }
}

/** Outcomes with one result of another one. */
function* mixed(outcomes: readonly OutcomeView[]): Generator<OutcomeView> {
  for (const outcome of outcomes) {
    for (const other of outcomes) {
      for (const [name, value] of Object.entries(other.results)) {
        if (outcome.results[name] !== undefined && outcome.results[name] !== value)
          yield plain(outcome, { results: { ...outcome.results, [name]: value } });
      }
    }
  }
}
