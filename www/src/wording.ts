/** Sentences that more than one element says. */

import type { Search } from './model';
import type {
  CallView,
  ExplorationView,
  OutcomeView,
  PendingStoreView,
  SampleView,
  StepView,
  WitnessView,
} from './protocol';

/** `1 step`, `2 steps`, `12,345 steps` */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** `2 switches, 14 steps` */
export const witnessText = ({ switches, steps }: WitnessView): string =>
  `${count(switches, 'switch', 'switches')}, ${count(steps, 'step')}`;

/** `steps 14 to 26 repeat for ever`, for a loop after `from` of so many steps. */
export const repeats = (from: number, steps: number): string =>
  from + 1 === steps
    ? `step ${steps} repeats for ever`
    : `steps ${from + 1} to ${steps} repeat for ever`;

/** How far a search got, honestly. One that knows all outcomes may still look for better witnesses. */
export function coverage({ view, stopped }: Pick<Search, 'view' | 'stopped'>): string {
  if (view.sample) {
    const { runs, of } = view.sample;
    if (!view.running) return `a sample of ${count(runs, 'run')}`;
    const far = `${count(runs, 'run')} of ${of.toLocaleString('en-US')}`;
    return stopped ? `stopped by you at ${far}` : `sampling: ${far}`;
  }
  const states = count(view.states, 'state');
  if (view.complete) {
    const all = `every interleaving searched, ${states}`;
    return view.running && !stopped ? `${all}; looking for shorter witnesses` : all;
  }
  if (view.running) return stopped ? `stopped by you at ${states}` : `searching: ${states} so far`;
  return `stopped at ${states}${view.limit ? `: ${view.limit}` : ''}`;
}

/** What a search left out, and what it may have missed, each in a sentence. */
export function caveats({ reduced, missed }: ExplorationView): string[] {
  const sentences = [];
  if (reduced)
    sentences.push(
      'A reduced search: of interleavings that differ only in the order of steps that do not matter to each other, or in which of several CPUs that run the same does what, not all were taken. It finds the same outcomes.',
    );
  if (missed !== null)
    sentences.push(
      `States are compared by fingerprints: one was missed with a probability below 1e${missed}.`,
    );
  return sentences;
}

/**
 * What is said aloud of a search: the first outcome at once, then each time that there are ten times
 * as many states, and the end; nothing in between.
 */
export function spokenOf(search: Search, before: Search | null): string | null {
  const { view, stopped } = search;
  const found = count(view.outcomes.length, 'outcome');
  if (!view.running || stopped) return `Search: ${coverage(search)}, ${found}.`;
  const digits = (states: number) => String(states).length;
  const first = view.outcomes.length > 0 && !before?.view.outcomes.length;
  const larger = digits(view.states) > Math.max(5, digits(before?.view.states ?? 0));
  return first || larger ? `${asSentence(coverage(search)).replace(/\.$/, '')}, ${found}.` : null;
}

/** What is known of a witness besides its length. */
export const bestOf = ({ fewest }: WitnessView): string =>
  fewest ? 'the fewest context switches' : 'one that was found; there may be shorter ones';

/** Properties that no outcome breaks: `never` only where everything was searched. */
export function unbroken(view: ExplorationView, names: readonly string[]): string[] {
  const broken = new Set(view.outcomes.flatMap((outcome) => outcome.breaks));
  return names.filter((name) => !broken.has(name));
}

/** How often an outcome comes, no stronger than the search allows. */
export const often = (outcome: OutcomeView, view: ExplorationView): string =>
  view.sample
    ? count(outcome.runs, 'run')
    : outcome.executions === 'always' && !view.complete
      ? 'always so far'
      : outcome.executions;

/** What a sample says of what it did not find (Burckhardt and others, ASPLOS 2010). */
export function promise(sample: SampleView): string {
  const { unfinished } = sample;
  return [
    sample.strategy === 'pct' ? promiseOfPct(sample) : promiseOfChance(sample),
    ...(unfinished > 0
      ? [`${count(unfinished, 'run')} came to no end, and may be livelocks.`]
      : []),
  ].join(' ');
}

function promiseOfPct({ depth, seed, runs, choices, steps }: SampleView): string {
  const found = 1 / (choices * steps ** (depth - 1));
  const missed = Math.exp(runs * Math.log1p(-found));
  const percent = missed < 0.001 ? 0.1 : Number((missed * 100).toPrecision(2));
  const bug = `a bug of this depth within the first ${count(steps, 'step')}`;
  const told =
    percent < 100
      ? asSentence(`${bug} was missed with a probability of at most ${percent} %`)
      : `So few runs promise nothing about ${bug}.`;
  return `PCT of depth ${depth}, seed ${seed}. ${told}`;
}

/** The rule of three. */
function promiseOfChance({ seed, runs }: SampleView): string {
  const percent = runs > 3 ? Number((300 / runs).toPrecision(2)) : 100;
  return (
    `Random runs, seed ${seed}. What none of them showed happens in less than ${percent} % ` +
    'of such runs, with 95 % confidence.'
  );
}

/** Results in a fixed order, `name = value`. */
export const results = (outcome: OutcomeView): [string, string][] =>
  Object.entries(outcome.results).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));

/** How far a counter is off in the end, with its sign: `-4`, `+4`. */
export const signed = (n: number): string => (n > 0 ? `+${n}` : String(n));

/** What the drift of an outcome means. */
export const driftText = (drift: number): string =>
  `NR_FREE_PAGES is ${Math.abs(drift)} too ${drift < 0 ? 'low' : 'high'} in the end`;

/** `IPI from CPU0: drain_local_pages (pending)`, in parts. */
export const callText = ({ from, function: name, delivery, running }: CallView) => ({
  who: `${delivery} from CPU${from}`,
  name,
  progress: running ? 'running' : 'pending',
});

/** Which of a lane's programs a step belongs to, apart from its task. */
export const within = (frame: StepView['frame']): string =>
  frame === 'call' ? 'for another CPU' : `in ${frame}`;

/** What stands beside an operation's text: the task's own need no word. */
export const asked = (frame: StepView['frame']): string | null =>
  frame === 'call' ? 'asked by another CPU' : frame === 'interrupt' ? 'interrupt handler' : null;

/** What a button starts that other CPUs asked for; nobody may have asked yet. */
export const callLabel = (calls: readonly CallView[]): string => {
  const delivery = calls[0]?.delivery ?? 'call';
  return delivery.slice(0, 1).toUpperCase() + delivery.slice(1);
};

/** A store on its way: `page 2 word 0 = 7`. */
export const storeText = ({ subject, field, value }: PendingStoreView): string =>
  `${subject} ${field} = ${value}`;

/** One piece of inline Markdown. */
export interface Mark {
  kind: 'text' | 'code' | 'em' | 'strong';
  text: string;
}

/** Splits `code`, *emphasis* and **strength** off a text; everything else stays as it is. */
export function inlineMarks(text: string): Mark[] {
  const marks: Mark[] = [];
  let rest = 0;
  const put = (kind: Mark['kind'], piece: string) => piece && marks.push({ kind, text: piece });
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g)) {
    put('text', text.slice(rest, match.index));
    if (match[1] !== undefined) put('code', match[1]);
    else if (match[2] !== undefined) put('strong', match[2]);
    else put('em', match[3] ?? '');
    rest = match.index + match[0].length;
  }
  put('text', text.slice(rest));
  return marks;
}

/** Where a reference of a scenario can be read, if it says enough. */
export function referenceUrl(ref: string): string | null {
  const [, rest = ref] = /^lore:\s*(\S+)$/.exec(ref) ?? [];
  if (/^[^\s/?#]+@[^\s/?#]+$/.test(rest))
    return `https://lore.kernel.org/all/${encodeURIComponent(rest)}/`;
  const [hash] = /^[0-9a-f]{12,40}/.exec(ref) ?? [];
  return hash ? `https://git.kernel.org/linus/${hash}` : null;
}

/** A message of the engine as a sentence: capital first, full stop last. */
export const asSentence = (words: string): string =>
  words === '' ? '' : words[0]?.toUpperCase() + words.slice(1).replace(/([^.!?:])$/, '$1.');
