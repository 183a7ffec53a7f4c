import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Checking } from '../src/checking';
import type { Reply } from '../src/protocol';

const wrong = { line: 1, column: 2, message: 'no', hint: null };

function checking(t: TestContext, replies: (Reply | Error)[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: string[] = [];
  const found: [string | null, number][] = [];
  const checks = new Checking(
    async (request) => {
      if (request.type === 'check') asked.push(request.text);
      const reply = replies.shift();
      if (!reply || reply instanceof Error) throw reply ?? new Error('asked too often');
      return reply;
    },
    (draft, diagnostics) => found.push([draft, diagnostics.length]),
  );
  /** Lets time pass, and what waits for it. */
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { checks, asked, found, pass };
}

test('only the draft of a pause is judged, and none has nothing wrong', async (t) => {
  const { checks, asked, found, pass } = checking(t, [{ type: 'checked', diagnostics: [wrong] }]);
  checks.soon('a');
  await pass(200);
  checks.soon('ab');
  await pass(200);
  assert.deepEqual(asked, []);
  await pass(200);
  assert.deepEqual([asked, found], [['ab'], [['ab', 1]]]);
  checks.soon('abc');
  checks.soon(null);
  await pass(5000);
  assert.deepEqual([asked, found.at(-1)], [['ab'], [null, 0]]);
});

test('while the larger engine loads the draft is asked about again, if it still stands', async (t) => {
  const later: Reply = { type: 'more', stage: null };
  const last: Reply = { type: 'checked', diagnostics: [] };
  const { checks, asked, found, pass } = checking(t, [later, later, later, last]);
  checks.soon('a');
  await pass(300);
  await pass(1000);
  assert.deepEqual(asked, ['a', 'a']);
  checks.soon('b');
  await pass(300);
  await pass(1000);
  assert.deepEqual([asked, found], [['a', 'a', 'b', 'b'], [['b', 0]]]);
});

test('an engine that is lost is no news here', async (t) => {
  const { checks, found, pass } = checking(t, [new Error('lost')]);
  checks.soon('a');
  await pass(300);
  await pass(5000);
  assert.deepEqual(found, []);
});
