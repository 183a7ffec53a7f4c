import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drains, layOut, operationKey, type Row, startsCall } from '../src/rows';
import { line, traceOf } from './traces';

const say = (row: Row): string => {
  switch (row.kind) {
    case 'loop':
      return 'loop';
    case 'operation':
      return `op ${row.operation}${row.folded ? ' folded' : ''}`;
    case 'function':
      return `${row.name}@${row.depth}${row.again ? ' again' : ''}`;
    case 'folded':
      return `${row.first}-${row.last}`;
    case 'step':
      return `step ${row.step.number}`;
  }
};
const picture = (...given: Parameters<typeof layOut>): string[][] =>
  layOut(...given).map((run) => [`cpu${run.cpu}`, ...run.rows.map(say)]);

test('runs of one CPU, with a heading where the function changes', () => {
  const lines = { 2: [line(['f', 'g'])], 3: [line(['f', 'g'])], 5: [line(['f'])] };
  assert.deepEqual(picture(traceOf(['0', '0', '0', '1', '0'], lines), new Set()), [
    ['cpu0', 'op 0', 'f@0', 'step 1', 'g@1', 'step 2', 'step 3'],
    ['cpu1', 'op 0', 'f@0', 'step 4'],
    ['cpu0', 'f@0 again', 'step 5'],
  ]);
});

test('a context switch repeats the heading', () => {
  assert.deepEqual(picture(traceOf(['0', '1', '0']), new Set())[2], [
    'cpu0',
    'f@0 again',
    'step 3',
  ]);
});

test('a loop begins above its first step, folded or not', () => {
  const trace = traceOf(['0', '0', '1', '0']);
  assert.deepEqual(picture(trace, new Set(), 1), [
    ['cpu0', 'op 0', 'f@0', 'step 1', 'loop', 'step 2'],
    ['cpu1', 'op 0', 'f@0', 'step 3'],
    ['cpu0', 'f@0 again', 'step 4'],
  ]);
  const fold = new Set([operationKey(0, 'task', 0)]);
  assert.deepEqual(picture(trace, fold, 1)[0], ['cpu0', 'op 0 folded', '1-1', 'loop', '2-2']);
  assert.deepEqual(picture(trace, fold, 0)[0], ['cpu0', 'loop', 'op 0 folded', '1-2']);
});

test('a folded operation is one row a run, and the next operation is not', () => {
  const trace = traceOf(['0', '0', '1', '0', '0'], { 5: [line(['h'], 1)] });
  assert.deepEqual(picture(trace, new Set([operationKey(0, 'task', 0)])), [
    ['cpu0', 'op 0 folded', '1-2'],
    ['cpu1', 'op 0', 'f@0', 'step 3'],
    ['cpu0', '4-4', 'op 1', 'h@0', 'step 5'],
  ]);
});

test('the delivery of an interrupt has no lines and no heading', () => {
  const trace = traceOf(['0', '0i', '0'], { 2: [] });
  assert.deepEqual(picture(trace, new Set()), [
    ['cpu0', 'op 0', 'f@0', 'step 1', 'step 2', 'f@0 again', 'step 3'],
  ]);
});

test('a store that reaches memory is a row, and leaves the lane where it was', () => {
  const trace = traceOf(['0', '0d', '0'], { 2: [] });
  assert.deepEqual(trace.map(drains), [false, true, false]);
  assert.deepEqual(trace.map(startsCall), [false, false, false]);
  assert.deepEqual(picture(trace, new Set()), [
    ['cpu0', 'op 0', 'f@0', 'step 1', 'step 2', 'step 3'],
  ]);
});

test('each call of another CPU has a heading of its own, with the name of its function', () => {
  const trace = traceOf(['1', '1c', '1', '1', '1c', '1'], {
    2: [],
    3: [line(['drain'])],
    4: [line(['drain', 'free'])],
    5: [],
    6: [line(['drain'])],
  }).map((step) => (step.number === 1 ? step : { ...step, frame: 'call' }));
  assert.deepEqual(
    trace.filter(startsCall).map((step) => step.number),
    [2, 5],
  );
  const [run] = layOut(trace, new Set());
  const headings = run?.rows.filter((row) => row.kind === 'operation');
  assert.deepEqual(
    headings?.map((row) => [row.frame, row.name]),
    [
      ['task', 'f'],
      ['call', 'drain'],
      ['call', 'drain'],
    ],
  );
  assert.deepEqual(picture(trace, new Set([operationKey(1, 'call', 0, 2)])), [
    [
      'cpu1',
      'op 0',
      'f@0',
      'step 1',
      'step 2',
      'op 0 folded',
      '3-4',
      'step 5',
      'op 0',
      'drain@0',
    ].concat('step 6'),
  ]);
});

test('keys are unique', () => {
  const runs = layOut(traceOf(['0', '1', '0', '1', '1', '0']), new Set());
  const keys = runs.flatMap((run) => [run.key, ...run.rows.map((row) => row.key)]);
  assert.equal(new Set(keys).size, keys.length);
});
