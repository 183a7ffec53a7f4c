import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextBreak, nextSwitch, previousSwitch, scheduleOf, sentence } from '../src/schedule';
import { traceOf } from './traces';

const trace = traceOf(['1', '1', '1', '0', '0', '1i', '1']);

test('a schedule folds runs, and leaves interrupts alone', () => {
  assert.equal(scheduleOf(trace), '1*3 0*2 1i 1');
  assert.equal(scheduleOf(trace, 2), '1*2');
  assert.equal(scheduleOf([]), '');
});

test('a schedule folds stores that reach memory', () => {
  assert.equal(scheduleOf(traceOf(['0', '0d', '0d', '1d'])), '0 0d*2 1d');
});

test('context switches before and after the cursor', () => {
  assert.deepEqual(
    [0, 1, 3, 4, 5, 7].map((at) => nextSwitch(trace, at)),
    [3, 3, 5, 5, 7, 7],
  );
  assert.deepEqual(
    [7, 5, 4, 3, 1, 0].map((at) => previousSwitch(trace, at)),
    [5, 3, 3, 0, 0, 0],
  );
});

test('the next break comes round again', () => {
  const broken = trace.map((step) => ({ ...step, broke: step.number % 3 === 0 ? ['p'] : [] }));
  assert.equal(nextBreak(broken, 0), 3);
  assert.equal(nextBreak(broken, 3), 6);
  assert.equal(nextBreak(broken, 6), 3);
  assert.equal(nextBreak(trace, 0), null);
});

test('the end of a loop is said where it is reached, and only there', () => {
  assert.equal(sentence(trace, 0, 2), 'At the start.');
  assert.equal(sentence(trace, 6, 2), 'step 6');
  assert.equal(sentence(trace, 7, 2), 'Steps 3 to 7 repeat for ever. step 7');
  assert.equal(sentence(trace, 7, null), 'step 7');
});
