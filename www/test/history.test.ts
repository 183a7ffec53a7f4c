import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amended, type History, NO_HISTORY, recorded, turned } from '../src/history';

const version = (text: string) => ({ text, entry: null });
const after = (...texts: string[]): History =>
  texts.reduce((history, text) => recorded(history, version(text)), NO_HISTORY);

const undo = (history: History) => turned(history, true);
const redo = (history: History) => turned(history, false);

test('versions come back in their order, and forward again', () => {
  const history = after('a', 'b', 'c');
  const back = undo(history);
  assert.equal(back?.now?.text, 'b');
  const first = back && undo(back);
  assert.equal(first?.now?.text, 'a');
  assert.equal(first && undo(first), null);
  const again = first && redo(first);
  assert.deepEqual(again && redo(again), history);
  assert.equal(redo(history), null);
});

test('a new version gives up what was undone', () => {
  const back = undo(after('a', 'b'));
  const next = back && recorded(back, version('c'));
  assert.deepEqual(
    next?.past.map((it) => it.text),
    ['a'],
  );
  assert.equal(next && redo(next), null);
});

test('the same text is no new version, and one may be told in other words', () => {
  const history = after('a', 'b', 'b');
  assert.equal(history.past.length, 1);
  const told = amended(history, 'b with steps');
  assert.equal(told.now?.text, 'b with steps');
  assert.equal(undo(told)?.now?.text, 'a');
  assert.equal(amended(NO_HISTORY, 'x').now, null);
});

test('the oldest versions are given up', () => {
  const texts = Array.from({ length: 500 }, (_, number) => String(number));
  const history = after(...texts);
  assert.equal(history.past.length, 200);
  assert.equal(history.now?.text, '499');
});
