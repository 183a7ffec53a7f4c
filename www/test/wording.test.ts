import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExplorationView, OutcomeView } from '../src/protocol';
import { offsetOf, reach } from '../src/text';
import {
  asked,
  bestOf,
  callLabel,
  callText,
  caveats,
  count,
  coverage,
  driftText,
  inlineMarks,
  often,
  promise,
  referenceUrl,
  repeats,
  signed,
  spokenOf,
  storeText,
  unbroken,
  within,
} from '../src/wording';

const outcome: OutcomeView = {
  results: {},
  breaks: ['a'],
  drift: 0,
  end: 'done',
  executions: 'always',
  witness: null,
  why: [],
  runs: 0,
};

const view: ExplorationView = {
  kernel: 'v5.17',
  states: 312,
  transitions: 600,
  reduced: false,
  missed: -30,
  depth: 20,
  running: false,
  complete: true,
  limit: null,
  outcomes: [outcome],
  expectations: [],
  elsewhere: [],
  starving: null,
  sample: null,
};

test('numbers in words', () => {
  assert.equal(count(1, 'step'), '1 step');
  assert.equal(count(12345, 'switch', 'switches'), '12,345 switches');
});

test('a store on its way in words', () => {
  const store = { subject: 'process B', field: 'pte of a', value: 'page 2 ro' };
  assert.equal(storeText(store), 'process B pte of a = page 2 ro');
});

test('a loop in words, after the steps that lead to it', () => {
  assert.equal(repeats(13, 26), 'steps 14 to 26 repeat for ever');
  assert.equal(repeats(25, 26), 'step 26 repeats for ever');
});

test('a search says how far it got, and no more', () => {
  const stopped = false;
  assert.equal(coverage({ view, stopped }), 'every interleaving searched, 312 states');
  const limited = { ...view, complete: false, limit: '312 states' };
  assert.match(coverage({ view: limited, stopped }), /^stopped at 312 states/);
  const running = { ...view, complete: false, running: true };
  assert.match(coverage({ view: running, stopped }), /^searching/);
  assert.match(coverage({ view: running, stopped: true }), /^stopped by you/);
  assert.equal(often(outcome, view), 'always');
  assert.equal(often(outcome, limited), 'always so far');
  assert.deepEqual(unbroken(view, ['a', 'b']), ['b']);
});

test('a drift has a sign, and a sentence', () => {
  assert.deepEqual([signed(-4), signed(0), signed(2)], ['-4', '0', '+2']);
  assert.equal(driftText(-4), 'NR_FREE_PAGES is 4 too low in the end');
  assert.equal(driftText(2), 'NR_FREE_PAGES is 2 too high in the end');
});

test('what another CPU asks for says who, what and how far', () => {
  const call = { from: 0, function: 'drain_local_pages', delivery: 'IPI', running: false };
  assert.deepEqual(callText(call), {
    who: 'IPI from CPU0',
    name: 'drain_local_pages',
    progress: 'pending',
  });
  assert.equal(callText({ ...call, running: true }).progress, 'running');
  assert.equal(callLabel([{ ...call, delivery: 'work item' }, call]), 'Work item');
  assert.equal(callLabel([]), 'Call');
  assert.deepEqual(['task', 'call', 'interrupt'].map(asked), [
    null,
    'asked by another CPU',
    'interrupt handler',
  ]);
  assert.equal(within('call'), 'for another CPU');
  assert.equal(within('interrupt'), 'in interrupt');
});

test('inline marks, and nothing else, are taken off a text', () => {
  assert.deepEqual(inlineMarks('a `b*c` **d** *e* <b> 2 * 3'), [
    { kind: 'text', text: 'a ' },
    { kind: 'code', text: 'b*c' },
    { kind: 'text', text: ' ' },
    { kind: 'strong', text: 'd' },
    { kind: 'text', text: ' ' },
    { kind: 'em', text: 'e' },
    { kind: 'text', text: ' <b> 2 * 3' },
  ]);
});

test('references that say enough become links', () => {
  assert.equal(referenceUrl('lore: 1-a@b.org'), 'https://lore.kernel.org/all/1-a%40b.org/');
  assert.equal(
    referenceUrl('1c563432588d mm: fix (v5.19)'),
    'https://git.kernel.org/linus/1c563432588d',
  );
  assert.equal(referenceUrl('lore: javascript:alert(1)'), null);
  assert.equal(referenceUrl('a talk'), null);
});

test('places of a text', () => {
  const text = 'ab\n\u{1F600}cd ef\nx';
  assert.equal(offsetOf(text, 1, 1), 0);
  assert.equal(offsetOf(text, 2, 2), 5);
  assert.equal(offsetOf(text, 9, 1), 11);
  assert.equal(offsetOf(text, 0, 0), 0);
  assert.equal(reach(text, 5), 7);
  assert.equal(reach(text, 7), 10);
});

test('a sample says how many runs, and what they may have missed', () => {
  const sample = {
    strategy: 'pct',
    depth: 2,
    seed: 1,
    runs: 1000,
    of: 4000,
    unfinished: 1,
    choices: 2,
    steps: 50,
    longest: 52,
  };
  const part = { ...view, sample, running: true, complete: false };
  const stopped = false;
  assert.equal(coverage({ view: part, stopped }), 'sampling: 1,000 runs of 4,000');
  assert.equal(coverage({ view: part, stopped: true }), 'stopped by you at 1,000 runs of 4,000');
  assert.equal(coverage({ view: { ...part, running: false }, stopped }), 'a sample of 1,000 runs');
  assert.equal(often({ ...outcome, runs: 3 }, part), '3 runs');
  assert.equal(
    promise(sample),
    // (1 - 1 / 100)^1000 is 0.00004.
    'PCT of depth 2, seed 1. A bug of this depth within the first 50 steps was missed with a ' +
      'probability of at most 0.1 %. 1 run came to no end, and may be livelocks.',
  );
  assert.equal(
    promise({ ...sample, depth: 6, unfinished: 0 }),
    'PCT of depth 6, seed 1. So few runs promise nothing about a bug of this depth within the ' +
      'first 50 steps.',
  );
});

test('a search says what it left out and what it may have missed', () => {
  assert.deepEqual(caveats({ ...view, missed: null }), []);
  assert.match(caveats(view).join(), /^States .* below 1e-30\.$/);
  assert.match(
    caveats({ ...view, reduced: true }).join(),
    /^A reduced search: .* not all were taken/,
  );
});

test('one that knows all outcomes may look for shorter witnesses', () => {
  const running = { ...view, running: true };
  assert.match(coverage({ view: running, stopped: false }), /312 states; looking for shorter/);
  assert.equal(
    coverage({ view: running, stopped: true }),
    'every interleaving searched, 312 states',
  );
});

test('a witness is called the one with the fewest switches only where it is', () => {
  const witness = { schedule: '0*', switches: 0, steps: 1, fewest: true, loop_from: null };
  assert.equal(bestOf(witness), 'the fewest context switches');
  assert.match(bestOf({ ...witness, fewest: false }), /may be shorter/);
});

test('the first outcome and the end are said aloud, and little in between', () => {
  const at = (states: number, outcomes: OutcomeView[], running = true) => ({
    view: { ...view, states, outcomes, running, complete: !running },
    stopped: false,
    statesPerSecond: null,
  });
  const found = at(600, [outcome]);
  assert.equal(spokenOf(at(500, []), null), null);
  assert.equal(spokenOf(found, at(500, [])), 'Searching: 600 states so far, 1 outcome.');
  assert.equal(spokenOf(at(90_000, [outcome]), found), null);
  assert.match(spokenOf(at(100_000, [outcome]), at(99_000, [outcome])) ?? '', /100,000 states/);
  assert.equal(spokenOf(at(110_000, [outcome]), at(100_000, [outcome])), null);
  assert.match(
    spokenOf(at(120_000, [outcome], false), found) ?? '',
    /^Search: every inter.*outcome/,
  );
});
