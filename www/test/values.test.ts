import assert from 'node:assert/strict';
import { test } from 'node:test';
import catalogue from '../../pkg/catalogue.json';
import type { Catalogue } from '../src/protocol';
import { helpAt } from '../src/write/help';
import { scan } from '../src/write/scan';
import { partsOf, taken } from '../src/write/values';

const CATALOGUE = catalogue as unknown as Catalogue;
const MAP = partsOf(CATALOGUE, { head: '[[process]]', path: ['map'] });

const words = (content: string, whole = false) => {
  const { written, next } = taken(MAP, content, whole);
  return [written.map(({ from, to }) => content.slice(from, to)), next[0]?.[0] ?? null];
};

test('a mapping is completed part by part', () => {
  assert.deepEqual(words('a = '), [[], 'anon']);
  assert.deepEqual(words('a = page 2 an'), [[], 'anon']);
  assert.deepEqual(words('a = anon'), [[], 'anon']);
  assert.deepEqual(words('a = page 2 anon '), [['page 2 anon'], 'rw']);
  assert.deepEqual(words('a = huge  anon wp '), [['huge  anon', 'wp'], 'lazyfree']);
  assert.deepEqual(words('a = zero page ro lazyfree '), [['zero page', 'ro', 'lazyfree'], null]);
  assert.deepEqual(words('a = page 2 anon rw', true), [['page 2 anon', 'rw'], 'lazyfree']);
});

test('the words of a key are those of its table', () => {
  const first = (head: string, ...path: string[]) =>
    partsOf(CATALOGUE, { head, path })[0]?.[0]?.[0];
  assert.equal(first('[machine]', 'blocks'), 'unmovable');
  assert.equal(first('[[expect]]', 'never', 'end'), 'done');
  assert.equal(first('[[challenge.goal]]', 'always', 'end'), 'done');
  assert.equal(first('[[patch]]', 'edits', 'acquire'), 'zone->lock');
  assert.equal(first('[[patch]]', 'edits', 'irq'), 'off');
  assert.equal(first('[[cpu]]', 'end'), undefined);
});

test('words of values and of calls are explained', () => {
  const text = `[machine]
blocks = ["cma:area0"]
fine = true
[[process]]
map = ["a = page 2 anon rw"]
[[cpu]]
run = ["p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)", "mprotect(a, PROT_READ | PROT_WRITE)"]
[[patch]]
edits = [{ insert = "l", acquire = "ptl" }]
[[expect]]
never = { end = "livelock" }
`;
  const said = (word: string) => {
    const found = helpAt(CATALOGUE, scan(text), text, text.indexOf(word) + 1);
    return `${found && text.slice(found.from, found.to)}: ${found?.help.sentences.join(' ')}`;
  };
  assert.match(said('cma:area0'), /^cma:area0: MIGRATE_CMA\. /);
  assert.match(said('true'), /^true: Every line of a lock section/);
  assert.match(said('page 2 anon'), /^page 2 anon: That page/);
  assert.match(said('rw'), /^rw: The area and the entry/);
  assert.match(said('FOLL_WRITE'), /^FOLL_WRITE: The page is to be written.* gup_flags: /);
  assert.match(said('FOLL_LONGTERM'), /^FOLL_LONGTERM: The pin may stay/);
  assert.match(said('PROT_READ'), /read and written/);
  assert.match(said('ptl'), /^ptl: spin_lock\(ptl\)$/);
  assert.match(said('livelock'), /^livelock: It goes on for ever/);
  assert.match(said('mprotect'), /^mprotect: /);
});
