import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Checking } from '../src/checking';
import type { Diagnostic, Reply, Request } from '../src/protocol';

const wrong = { line: 1, column: 2, message: 'no', hint: null };

function checking(t: TestContext, replies: (Reply | Error)[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: string[] = [];
  const found: [string | null, number][] = [];
  const call = async (request: Request) => {
    if (request.type === 'check') asked.push(request.text);
    const reply = replies.shift();
    if (!reply || reply instanceof Error) throw reply ?? new Error('asked too often');
    return reply;
  };
  const tell = (draft: string | null, diagnostics: readonly Diagnostic[]) =>
    found.push([draft, diagnostics.length]);
  const checks = new Checking(tell, { call });
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

test('an engine that is lost is no news here, and the next draft is judged', async (t) => {
  const { checks, found, pass } = checking(t, [
    new Error('lost'),
    { type: 'checked', diagnostics: [wrong] },
  ]);
  checks.soon('a');
  await pass(300);
  assert.deepEqual(found, []);
  checks.soon('b');
  await pass(300);
  assert.deepEqual(found, [['b', 1]]);
});
