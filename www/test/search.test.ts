import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Search } from '../src/model';
import type { Reply, Request } from '../src/protocol';
import { Searching } from '../src/search';

/** An engine that is never done and answers at once. */
const explored = (states: number): Reply => ({
  type: 'explored',
  kernel: 'v5.17',
  states,
  transitions: 0,
  reduced: false,
  missed: null,
  starving: null,
  sample: null,
  depth: 0,
  running: true,
  complete: false,
  limit: null,
  outcomes: [],
  expectations: [],
  elsewhere: [],
});

test('a stopped search asks for no other slice, and goes on where it was', async () => {
  const asked: Request[] = [];
  const found: Search[] = [];
  const searching: Searching = new Searching(
    async (request) => {
      asked.push(request);
      if (asked.length % 3 === 0) searching.stop();
      return explored(asked.length);
    },
    (search) => found.push(search),
  );
  assert.equal(await searching.run({ type: 'explore', max_states: 1000 }), null);
  assert.deepEqual(
    asked.map((it) => it.type),
    ['explore', 'advance', 'advance'],
  );
  assert.deepEqual(
    found.map((it) => it.stopped),
    // That it stops is told at once, before the slice that runs has come to its end.
    [false, false, true, true],
  );
  await searching.run(null);
  assert.deepEqual(
    asked.slice(3).map((it) => it.type),
    ['advance', 'advance', 'advance'],
  );
});

test('slices grow while they are quick, by twice at most', async () => {
  const fuels: number[] = [];
  const searching: Searching = new Searching(
    async (request) => {
      if (request.type === 'advance') fuels.push(request.fuel);
      if (fuels.length === 4) searching.stop();
      return explored(1);
    },
    () => {},
  );
  await searching.run({ type: 'explore', max_states: 1000 });
  fuels.reduce((before, after) => {
    assert.ok(after <= 2 * before && after >= 200, `${before} then ${after}`);
    return after;
  });
});
