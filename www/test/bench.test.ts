import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  diff,
  dropped,
  editsOf,
  editsText,
  inserted,
  type Line,
  labelIn,
  moved,
} from '../src/bench';

const line = (label: string): Line => ({
  label,
  text: `do_${label}()`,
  target: null,
  insert: null,
  dropped: false,
});
const base = ['a', 'b', 'c', 'd'].map(line);
const lock = { insert: 'acquire = "ptl"', label: 'lock', text: 'spin_lock(ptl)', compares: false };

test('lines that stand as in the kernel need no edit', () => {
  assert.deepEqual(editsOf(base, base), []);
  assert.equal(editsText([]), '');
});

test('as few lines move as can be', () => {
  assert.deepEqual(editsOf(base, moved(base, 0, 3)), ['{ move = "a", after = "d" }']);
  assert.deepEqual(editsOf(base, moved(base, 3, 0)), ['{ move = "d", before = "a" }']);
  assert.deepEqual(editsOf(base, base.toReversed()), [
    '{ move = "c", after = "d" }',
    '{ move = "b", after = "c" }',
    '{ move = "a", after = "b" }',
  ]);
});

test('a line is inserted beside the one before it, under a label of its own', () => {
  const once = inserted(base, 1, lock, '');
  const twice = inserted(once, 0, lock, '');
  assert.deepEqual(
    twice.map((it) => it.label),
    ['lock2', 'a', 'lock', 'b', 'c', 'd'],
  );
  assert.deepEqual(editsOf(base, twice), [
    '{ insert = "lock2", acquire = "ptl", before = "a" }',
    '{ insert = "lock", acquire = "ptl", after = "a" }',
  ]);
  const same = { insert: 'same = "a"', label: 'same', text: 'if changed', compares: true };
  assert.deepEqual(editsOf(base, inserted(base, 4, same, 'b')), [
    '{ insert = "same", same = "a", goto = "b", after = "d" }',
  ]);
});

test('a line of the kernel is dropped and put back, an inserted one goes', () => {
  const without = dropped(base, 1);
  assert.deepEqual(editsOf(base, without), ['{ drop = "b" }']);
  assert.deepEqual(dropped(without, 1), base);
  assert.deepEqual(dropped(inserted(base, 2, lock, ''), 2), base);
});

test('the diff has every line once a side', () => {
  const changes = diff(base, dropped(inserted(moved(base, 0, 2), 0, lock, ''), 4));
  assert.deepEqual(
    changes.map(({ sign, text }) => sign + text.split(':')[0]),
    ['-a', '+lock', ' b', ' c', '-d', '+a'],
  );
});

test('a complaint about a line of the text is about the label in it', () => {
  assert.equal(labelIn('    { insert = "lock", acquire = "ptl", after = "a" },'), 'lock');
  assert.equal(labelIn('function = "f"'), null);
});
