/** Outcomes and claims in the words of herd7, as the engine has them (`view/herd.rs`). */
import type { ExpectationView, ExplorationView, OutcomeView } from './protocol';
import { signed } from './wording';

/** What may stand in the name of a test: readers split the lines at spaces. */
const named = (title: string): string => title.trim().replace(/[^A-Za-z0-9+._-]+/g, '-');

/** `cpu0=-EBUSY; breaks longterm-pin-on-cma;` */
function stateOf(outcome: OutcomeView): string {
  const { end, drift, breaks } = outcome;
  const parts = [
    ...Object.entries(outcome.results)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`),
    ...breaks.map((name) => `breaks ${name}`),
    ...(drift === 0 ? [] : [`drift=${signed(drift)}`]),
    ...(end === 'done' ? [] : [`end=${end}`]),
  ];
  return parts.map((it) => `${it};`).join(' ');
}

/** A claim's condition: `never` asks that nothing matches, `always` that everything does. */
function condition(claim: string): string {
  const [, quantifier = '', pattern = ''] = /^(\S+) (.*)$/.exec(claim) ?? [];
  const word = { never: '~exists', always: 'forall' }[quantifier] ?? 'exists';
  return `${word} (${pattern.replace(/, /g, ' /\\ ').replace(/ = /g, '=')})`;
}

/** herd counts executions; here each outcome counts once. A part of them proves no never. */
function observed({ positive }: ExpectationView, outcomes: number, complete: boolean): string {
  const negative = outcomes - positive;
  const all = positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes';
  const word = complete || all === 'Sometimes' ? all : 'Undecided';
  return `${word} ${positive} ${negative}`;
}

/** The block of a test, one condition after the other. */
export function herdText(title: string, view: ExplorationView): string {
  const name = named(title);
  const { outcomes, expectations, complete, limit } = view;
  const claims = expectations.flatMap((claim) => [
    { met: 'Ok', broken: 'No' }[claim.verdict] ?? 'Undecided',
    'Witnesses',
    `Positive: ${claim.positive} Negative: ${outcomes.length - claim.positive}`,
    `Condition ${condition(claim.claim)}`,
    `Observation ${name} ${observed(claim, outcomes.length, complete)}`,
  ]);
  const lines = [
    `Test ${name} ${view.kernel}`,
    `States ${outcomes.length}`,
    ...outcomes.map(stateOf),
    ...claims,
    ...(complete ? [] : [`Incomplete: ${limit ?? 'the search was stopped'}`]),
  ];
  return `${lines.join('\n')}\n`;
}
