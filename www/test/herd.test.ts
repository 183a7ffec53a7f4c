import assert from 'node:assert/strict';
import { test } from 'node:test';
import { herdText } from '../src/herd';
import type { ExpectationView, ExplorationView, OutcomeView } from '../src/protocol';
import made from './herd.jsonl?raw';

const outcome = (part: Partial<OutcomeView>): OutcomeView => ({
  results: {},
  breaks: [],
  drift: 0,
  end: 'done',
  executions: 'sometimes',
  witness: null,
  why: [],
  runs: 0,
  ...part,
});

const claim = (claim: string, positive: number, verdict = 'met'): ExpectationView => ({
  claim,
  kernel: 'v5.17',
  line: 1,
  verdict,
  because: null,
  witness: null,
  positive,
});

const view = (part: Partial<ExplorationView>): ExplorationView => ({
  kernel: 'v5.17',
  states: 10,
  transitions: 12,
  reduced: false,
  elsewhere: [],
  missed: null,
  depth: 4,
  running: false,
  complete: true,
  limit: null,
  outcomes: [
    outcome({ results: { p: '1', cpu0: 'NULL' }, breaks: ['longterm-pin-on-cma'] }),
    outcome({ results: { p: '1', cpu0: 'page 2' }, drift: -4 }),
    outcome({ end: 'deadlock' }),
  ],
  expectations: [],
  starving: null,
  sample: null,
  ...part,
});

test('outcomes are states, and each claim has its condition and its observation', () => {
  const expectations = [
    claim('sometimes cpu0 = NULL, p = 1, breaks longterm-pin-on-cma', 1),
    claim('never breaks lost-sync', 0),
    claim('always end = done', 2, 'broken'),
  ];
  assert.equal(
    herdText('A pin, on CMA', view({ expectations })),
    `Test A-pin-on-CMA v5.17
States 3
cpu0=NULL; p=1; breaks longterm-pin-on-cma;
cpu0=page 2; p=1; drift=-4;
end=deadlock;
Ok
Witnesses
Positive: 1 Negative: 2
Condition exists (cpu0=NULL /\\ p=1 /\\ breaks longterm-pin-on-cma)
Observation A-pin-on-CMA Sometimes 1 2
Ok
Witnesses
Positive: 0 Negative: 3
Condition ~exists (breaks lost-sync)
Observation A-pin-on-CMA Never 0 3
No
Witnesses
Positive: 2 Negative: 1
Condition forall (end=done)
Observation A-pin-on-CMA Sometimes 2 1
`,
  );
});

test('a search that was stopped proves no never and no always', () => {
  const expectations = [
    claim('never breaks lost-sync', 0, 'undecided'),
    claim('sometimes end = deadlock', 1),
    claim('always end = done', 3, 'undecided'),
  ];
  const lines = herdText('t', view({ complete: false, limit: 'memory', expectations })).split('\n');
  const words = lines.filter((it) => it.startsWith('Observation'));
  assert.deepEqual(words, [
    'Observation t Undecided 0 3',
    'Observation t Sometimes 1 2',
    'Observation t Undecided 3 0',
  ]);
  assert.ok(lines.includes('Incomplete: memory'));
  assert.ok(lines.includes('Undecided'));
});

test('the engine says the same of what it has found', () => {
  const found = made.trim().split('\n');
  assert.ok(found.length > 3);
  for (const line of found) {
    const { title, text, view } = JSON.parse(line);
    assert.equal(herdText(title, view), text);
  }
});
