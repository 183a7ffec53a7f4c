import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digest, outcomesDigest } from '../src/digest';
import type { ExplorationView, OutcomeView } from '../src/protocol';
import { begun } from '../src/search';

const outcome = (change: Partial<OutcomeView>): OutcomeView => ({
  results: { cpu0: '0', cpu1: '-EBUSY' },
  breaks: [],
  drift: 0,
  end: 'done',
  executions: 'sometimes',
  witness: null,
  why: [],
  runs: 0,
  ...change,
});

const view = (...outcomes: OutcomeView[]): ExplorationView => ({
  ...begun('v5.17').view,
  running: false,
  complete: true,
  outcomes,
});

// Fowler, Noll and Vo's own vectors.
test('the digest is FNV-1a', () => {
  assert.deepEqual(['', 'a', 'foobar'].map(digest), ['811c9dc5', 'e40c292c', 'bf9cf968']);
  assert.equal(digest('ä'), digest('\u{e4}'));
});

// Links carry it: it must stay.
test('the digest of outcomes stays', () => {
  const broken = outcome({ breaks: ['b', 'a'], drift: -2 });
  const lines = 'cpu0=0;cpu1=-EBUSY;breaks a;breaks b;drift=-2;end=done';
  const plain = 'cpu0=0;cpu1=-EBUSY;drift=0;end=done';
  assert.equal(outcomesDigest(view(outcome({}), broken)), digest(`${lines}\n${plain}`));
});

test('order does not matter, and what happens does', () => {
  const one = outcome({});
  const other = outcome({ results: { cpu1: '-EBUSY', cpu0: '1' }, breaks: ['b', 'a'] });
  const turned = { ...other, results: { cpu0: '1', cpu1: '-EBUSY' }, breaks: ['a', 'b'] };
  const known = outcomesDigest(view(one, other));
  assert.equal(outcomesDigest(view(turned, one)), known);
  for (const change of [{ end: 'deadlock' }, { drift: 1 }, { breaks: ['a'] }, { results: {} }]) {
    assert.notEqual(outcomesDigest(view(one, outcome({ ...other, ...change }))), known);
  }
});

test('a search that does not know all has none', () => {
  assert.equal(outcomesDigest({ ...view(outcome({})), complete: false }), null);
});
