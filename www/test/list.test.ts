import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { found, inShort, LISTED, PARTS } from '../src/list';

const names = (words: string) =>
  found(words).flatMap((part) =>
    part.groups.flatMap((group) => group.entries.map((it) => it.name)),
  );

test('every scenario is listed once', () => {
  const files = readdirSync('scenarios').filter((name) => name.endsWith('.toml'));
  assert.deepEqual(names('').sort(), files.map((name) => name.replace(/\.toml$/, '')).sort());
});

test('challenges, mails and subjects are told apart', () => {
  const headings = PARTS.map((part) => part.heading);
  assert.deepEqual(headings, ['To solve', 'By mail', 'By subject']);
  assert.equal(PARTS[1]?.groups.length, 5);
  for (const { entries } of PARTS[1]?.groups ?? [])
    assert.equal(entries.filter((it) => it.stops > 0).length, 1);
});

test('a search looks at names, prose, functions, kernels and references', () => {
  assert.ok(names('cma-longterm').includes('cma-longterm-pin'));
  assert.ok(names('MIGRATE_ISOLATE for as long as it works').includes('cma-longterm-pin'));
  assert.ok(names('pin_user_pages_fast 1c563432588d').includes('cma-longterm-pin'));
  assert.ok(names('v3.16-iso-4of8').includes('isolation-free-to-isolate-list'));
  assert.ok(names('Move one line of one function').includes('challenge-move-one-line'));
  assert.deepEqual(names('no such words at all'), []);
  assert.ok(names('munmap').length < LISTED.length / 2);
});

test('many kernels are told in short', () => {
  assert.equal(inShort([]), '');
  assert.equal(inShort(['v5.8', 'v5.9 gup=v5.8']), 'v5.8');
  assert.equal(inShort(['v5.9 gup=v5.8']), 'v5.9 gup=v5.8');
  assert.equal(inShort(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
});
