import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forksBeside } from '../src/forks';
import { moved } from '../src/moving';
import { traceOf } from './traces';

const choices = (...words: string[]) => traceOf(words);

test('a future that was left branches off where the traces part', () => {
  const forks = forksBeside(choices('0', '1'), choices('0', '0', '1'), 1, []);
  assert.deepEqual(
    forks.map(({ at, cursor, trace }) => [at, cursor, trace.length]),
    [[1, 1, 3]],
  );
});

test('what goes on from a trace leaves nothing, and brings back what it goes along', () => {
  const first = choices('0', '0', '1');
  const forks = forksBeside(choices('0', '1'), first, 1, []);
  assert.deepEqual(forksBeside(choices('0', '1', '1'), choices('0', '1'), 2, forks).length, 1);
  assert.deepEqual(forksBeside(first, choices('0'), 1, forks), []);
});

test('one future is kept once, and only a few are kept', () => {
  const left = choices('1', '0');
  const one = forksBeside(choices('0'), left, 0, []);
  assert.equal(forksBeside(choices('0'), left, 0, one).length, 1);
  let forks = one;
  for (let n = 2; n < 9; n++)
    forks = forksBeside(choices('0'), traceOf([...Array(n).fill('2'), '1']), 0, forks);
  assert.equal(forks.length, 4);
});

test('a moved step keeps the order of its lane', () => {
  const trace = choices('0', '1', '1', '0');
  assert.deepEqual(moved(trace, 4, 2), { schedule: '0*2 1*2' });
  assert.deepEqual(moved(trace, 1, 3), { schedule: '1*2 0*2' });
  assert.deepEqual(moved(trace, 3, 1), {
    why: "Step 3 stays after step 2, which is CPU1's, too.",
  });
  assert.deepEqual(moved(trace, 4, 5), { why: 'Nothing comes after the last step.' });
});
