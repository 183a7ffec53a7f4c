import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cell, choices, fresh, rows } from '../src/matrix';
import { candidates } from '../src/predict';
import type { ExplorationView, OutcomeView, ScenarioView } from '../src/protocol';

const outcome = (p: string, breaks: string[], switches: number): OutcomeView => ({
  results: { p },
  breaks,
  drift: 0,
  end: 'done',
  executions: 'sometimes',
  witness: { schedule: `${switches}`, switches, steps: 9, fewest: true, loop_from: null },
  why: [],
  runs: 0,
});

const view = (outcomes: OutcomeView[], complete = true): ExplorationView => ({
  kernel: 'v5.17',
  states: 1,
  transitions: 1,
  reduced: false,
  missed: null,
  depth: 1,
  running: false,
  complete,
  limit: null,
  outcomes,
  expectations: [],
  elsewhere: [],
  starving: null,
  sample: null,
});

const words = (it: ExplorationView, all: ExplorationView[]) =>
  rows(all, ['lost-sync']).map((row) => cell(it, row).word);

test('a row for what goes wrong and one for each outcome, claims first', () => {
  const old = view([outcome('1', ['lost-sync'], 3), outcome('0', ['lost-sync'], 2)]);
  const mended = view([outcome('0', [], 0)]);
  const all = [old, mended];
  assert.equal(rows(all, ['lost-sync']).length, 4);
  assert.deepEqual(words(old, all), ['always', 'sometimes', 'sometimes', 'never']);
  assert.deepEqual(words(mended, all), ['never', 'never', 'never', 'always']);
  const [breaks] = rows(all, []);
  assert.equal(breaks && cell(old, breaks).witness?.switches, 2);
});

test('a search that was stopped says no never and no always', () => {
  const part = view([outcome('1', [], 1)], false);
  assert.deepEqual(words(part, [part]), ['not found', 'always so far']);
});

test('kernels to choose from: the patches of the text, none of them, and the presets', () => {
  const own = { name: 'v5.9 + mine', base: 'v5.9', toggles: { patch: 'mine' } };
  const all = choices(own, ['v5.9', 'v5.17'], ['mine', 'other']);
  assert.deepEqual(
    all.map((it) => it.name),
    ['v5.9 + mine', 'v5.9 + other', 'v5.9', 'v5.17'],
  );
  assert.deepEqual(all[2]?.toggles, {});
  assert.deepEqual(
    fresh(all, new Set(['v5.9'])).map((it) => it.name),
    ['v5.9 + mine', 'v5.9 + other', 'v5.17'],
  );
});

test('candidates hold what is true, what is not, and no order that tells', () => {
  const found = view([outcome('1', ['lost-sync'], 1), outcome('0', [], 0)]);
  const property = { name: 'lost-sync', sentence: '', when_broken: '', invariant: false };
  const scenario = { properties: [{ ...property, claimed: true }] } as unknown as ScenarioView;
  const all = candidates(found, scenario);
  assert.equal(all.filter((it) => it.real).length, 2);
  const wrong = all.filter((it) => !it.real);
  assert.ok(wrong.length >= 2);
  assert.ok(wrong.some(({ outcome: it }) => it.results.p === '1' && it.breaks.length === 0));
  assert.ok(wrong.every(({ outcome: it }) => it.witness === null));
  assert.deepEqual(
    all.map((it) => it.key),
    all.map((it) => it.key).sort(),
  );
});
