import assert from 'node:assert/strict';
import { test } from 'node:test';
import { align, endAlike, endOf } from '../src/compare';
import type { FollowedView, StepView } from '../src/protocol';

const step = (number: number, cpu: number, label: string, to = '1'): StepView => ({
  number,
  cpu,
  choice: String(cpu),
  frame: 'task',
  context_switch: false,
  lines: [
    {
      function: 'f',
      label,
      text: label,
      depth: 0,
      stack: ['f'],
      operation: 0,
      taken: null,
      changes: [{ subject: 'page 2', field: '_refcount', from: '0', to }],
    },
  ],
  changes: [],
  broke: [],
  sentence: '',
});

const shown = (left: StepView[], right: StepView[]) =>
  align(left, right).map(
    ({ left: one, right: other, same }) =>
      `${one?.lines[0]?.label ?? '-'} ${other?.lines[0]?.label ?? '-'}${same ? '' : ' !'}`,
  );

test('equal traces are the same in every step', () => {
  const trace = [step(1, 0, 'a'), step(2, 1, 'b')];
  assert.deepEqual(shown(trace, trace), ['a a', 'b b']);
});

test('a line that one kernel has alone stands alone, and what follows is found again', () => {
  const left = [step(1, 0, 'a'), step(2, 0, 'b'), step(3, 1, 'c')];
  const right = [step(1, 0, 'a'), step(2, 0, 'lock'), step(3, 0, 'b'), step(4, 1, 'c')];
  assert.deepEqual(shown(left, right), ['a a', '- lock !', 'b b', 'c c']);
  assert.deepEqual(shown(right, left), ['a a', 'lock - !', 'b b', 'c c']);
});

test('the same line on another lane is another step, and another effect differs', () => {
  assert.deepEqual(shown([step(1, 0, 'a')], [step(1, 1, 'a')]), ['a - !', '- a !']);
  assert.deepEqual(shown([step(1, 0, 'a')], [step(1, 0, 'a', '2')]), ['a a !']);
});

const followed: FollowedView = {
  kernel: 'v5.17',
  trace: [],
  made: 0,
  skipped: [],
  results: { p: '1', first: '-EBUSY' },
  breaks: ['lost-sync'],
  drift: -2,
  end: 'deadlock',
  why: ['CPU0 waits for ptl'],
};

test('an end is told in words', () => {
  assert.equal(
    endOf(followed),
    'first = -EBUSY; p = 1; drift -2; breaks lost-sync; deadlock: CPU0 waits for ptl',
  );
  const good = { ...followed, breaks: [], drift: 0, end: 'done', why: [] };
  assert.equal(endOf(good), 'first = -EBUSY; p = 1; no property broken; every CPU done');
  assert.equal(endAlike(followed, good), false);
  assert.equal(endAlike(good, { ...good, kernel: 'v5.19' }), true);
});
