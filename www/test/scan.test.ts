import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change } from '../src/write/change';
import { marksOf } from '../src/write/marks';
import { aroundOf, namesIn, scan } from '../src/write/scan';

const TEXT = `format = 1 # one
about = """
[[cpu]] is no head here, "nor" is x = 1
"""
[machine]
blocks = ["movable", "cma:area0"]
[[cpu]]
run = [
    "p = retry pin_user_pages_fast(a, FOLL_WRITE)", # why
    'q',
]
[schedule]
steps = "1*4 0i 1*"
[[expect]]
kernel = { base = "v5.9", pincheck = "bitmask" }
sometimes = { p = "1", breaks = ["lost-sync", 'x'] }
`;

const said = (text: string) =>
  scan(text).map(
    (it) => `${it.kind} ${it.head} ${it.path.join('.')} ${text.slice(it.from, it.to)}`,
  );

test('every word has its head and its keys', () => {
  const words = said(TEXT);
  assert.deepEqual(words.slice(0, 3), [
    'key  format format',
    'value  format 1',
    'comment  format # one',
  ]);
  assert.equal(words[4]?.startsWith('string  about """\n[[cpu]]'), true);
  for (const word of [
    'head [machine]  [machine]',
    'string [machine] blocks "cma:area0"',
    'string [[cpu]] run "p = retry pin_user_pages_fast(a, FOLL_WRITE)"',
    "string [[cpu]] run 'q'",
    'string [[expect]] kernel.pincheck "bitmask"',
    'key [[expect]] sometimes.breaks breaks',
    'string [[expect]] sometimes.breaks "lost-sync"',
    "string [[expect]] sometimes.breaks 'x'",
  ])
    assert.ok(words.includes(word), word);
});

test('what is not closed ends at the next head', () => {
  const words = said('[[cpu]]\nrun = ["a(\nb = [ {\n[[expect]]\nnever = { end = "done" }\n');
  assert.ok(words.includes('string [[expect]] never.end "done"'), words.join('\n'));
});

test('no text stops the scanner, and no word overlaps another', () => {
  for (let end = 0; end <= TEXT.length; end++) {
    for (const text of [TEXT.slice(0, end), TEXT.slice(end), `${TEXT.slice(end)}"'[{=,}]`]) {
      let at = 0;
      for (const { from, to } of marksOf(scan(text), text)) {
        assert.ok(at <= from && from < to && to <= text.length, JSON.stringify(text));
        at = to;
      }
    }
  }
});

test('what is open at a place', () => {
  const at = (before: string) => aroundOf(before, before.length);
  assert.deepEqual(at('[[cpu]]\n'), { head: '[[cpu]]', path: [], key: true });
  assert.deepEqual(at('[[cpu]]\nrun = '), { head: '[[cpu]]', path: ['run'], key: false });
  assert.deepEqual(at('[[expect]]\nnever = { p = "1", '), {
    head: '[[expect]]',
    path: ['never'],
    key: true,
  });
  assert.deepEqual(at('[[patch]]\nedits = [\n  { drop = "x" },\n  { '), {
    head: '[[patch]]',
    path: ['edits'],
    key: true,
  });
});

test('the names that a text gives', () => {
  const text = `${TEXT}[[process]]\nname = "B"\nmap = ["a = anon rw"]\n[[patch]]\nname = "fix"\n`;
  assert.deepEqual(namesIn(text, scan(text)), {
    mappings: ['a'],
    areas: ['area0'],
    results: ['p'],
    processes: ['B'],
    patches: ['fix'],
    cpus: 1,
  });
});

test('calls, flags, numbers and choices are told apart', () => {
  const marked = (name: string) =>
    marksOf(scan(TEXT), TEXT)
      .filter((it) => it.name === name)
      .map((it) => TEXT.slice(it.from, it.to));
  assert.deepEqual(marked('call'), ['pin_user_pages_fast']);
  assert.deepEqual(marked('flag'), ['FOLL_WRITE']);
  assert.deepEqual(marked('cpu1'), ['1*4', '1*']);
  assert.deepEqual(marked('cpu0'), ['0i']);
});

test('one change makes one text of another', () => {
  for (const [old, next] of [
    ['', 'a'],
    ['aaa', 'aa'],
    ['aa', 'aaa'],
    ['one two three', 'one 2 three'],
    ['x', ''],
    ['abab', 'ab'],
  ] as const) {
    const made = change(old, next);
    assert.ok(made);
    assert.equal(old.slice(0, made.from) + made.insert + old.slice(made.to), next);
  }
  assert.equal(change('a', 'a'), null);
  assert.deepEqual(change('one two three', 'one 2 three'), { from: 4, to: 7, insert: '2' });
});
