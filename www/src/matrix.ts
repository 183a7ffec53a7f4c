/** Which outcomes which kernels have: the questions behind the table of both. */
import type { ClaimedKernel, ExplorationView, OutcomeView, WitnessView } from './protocol';
import { results } from './wording';

/** Something that executions do or do not do. */
export interface Row {
  readonly key: string;
  /** An outcome as a whole, or what several have in common. */
  readonly kind: 'outcome' | 'breaks' | 'end';
  /** What of outcomes it asks for. */
  readonly is: (outcome: OutcomeView) => boolean;
  /** Results by name, of an outcome as a whole. */
  readonly results: readonly [string, string][];
  readonly breaks: readonly string[];
  readonly end: string;
  readonly drift: number;
}

/** What a search says about a row. */
export interface Cell {
  readonly word: 'never' | 'sometimes' | 'always' | 'not found' | 'always so far';
  /** The execution that shows it best. */
  readonly witness: WitnessView | null;
}

/** What names an outcome, under whatever kernel. */
export const outcomeKey = ({ results, breaks, drift, end }: OutcomeView): string =>
  JSON.stringify([Object.entries(results).sort(), [...breaks].sort(), drift, end]);

const wholeRow = (outcome: OutcomeView): Row => {
  const key = outcomeKey(outcome);
  return {
    key,
    kind: 'outcome',
    is: (it) => outcomeKey(it) === key,
    results: results(outcome),
    breaks: outcome.breaks,
    end: outcome.end,
    drift: outcome.drift,
  };
};

const NONE = { results: [], breaks: [], end: '', drift: 0 } as const;

/** What goes wrong under any of them first, and then each outcome as a whole. */
export function rows(views: readonly ExplorationView[], claimed: readonly string[]): Row[] {
  const outcomes = views.flatMap((view) => view.outcomes);
  const breaks = new Set([...claimed, ...outcomes.flatMap((it) => it.breaks)]);
  const ends = new Set(outcomes.map((it) => it.end).filter((it) => it !== 'done'));
  const whole = new Map(outcomes.map((it) => [outcomeKey(it), it]));
  return [
    ...[...breaks].map((name): Row => {
      const is = (it: OutcomeView) => it.breaks.includes(name);
      return { ...NONE, key: `breaks ${name}`, kind: 'breaks', is, breaks: [name] };
    }),
    ...[...ends].map((end): Row => {
      return { ...NONE, key: `end ${end}`, kind: 'end', is: (it) => it.end === end, end };
    }),
    ...[...whole.values()].map(wholeRow),
  ];
}

/** What a search says, no stronger than it may. */
export function cell(view: ExplorationView, { is }: Row): Cell {
  const hits = view.outcomes.filter(is);
  const witness = hits.reduce<WitnessView | null>((best, { witness: it }) => {
    if (!it || !best) return it ?? best;
    return (it.switches - best.switches || it.steps - best.steps) < 0 ? it : best;
  }, null);
  if (hits.length === 0) return { word: view.complete ? 'never' : 'not found', witness };
  const all = hits.length === view.outcomes.length;
  const always = view.complete ? 'always' : 'always so far';
  return { word: all && !view.sample ? always : 'sometimes', witness };
}

/** The kernels of a list that are in none of the others, each once. */
export const fresh = (
  kernels: readonly ClaimedKernel[],
  known: ReadonlySet<string>,
): ClaimedKernel[] =>
  kernels.filter(
    (it, index) =>
      !known.has(it.name) && kernels.findIndex((one) => one.name === it.name) === index,
  );

/** The kernels that a reader may want besides: presets, and the kernel at hand with other patches. */
export function choices(
  own: ClaimedKernel,
  presets: readonly string[],
  patches: readonly string[],
): ClaimedKernel[] {
  const { patch, ...toggles } = own.toggles;
  const plain = patch === undefined ? own.name : own.name.replace(/ \+ \S+$/, '');
  const unpatched = { name: plain, base: own.base, toggles };
  const patched = patches.map((name) => ({
    name: `${plain} + ${name}`,
    base: own.base,
    toggles: { ...toggles, patch: name },
  }));
  const others = presets.map((name) => ({ name, base: name, toggles: {} }));
  return fresh([...patched, unpatched, ...others], new Set());
}
