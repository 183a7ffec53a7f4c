import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, found, lacking, namesFor, startOf, textOfCall } from '../src/compose/call';
import { FRESH, unscheduled } from '../src/compose/fresh';
import { mappingOf, textOfMapping } from '../src/compose/machine';
import { outline } from '../src/compose/outline';
import { isTree, read } from '../src/compose/tree';
import type { OperationHelp, ParamHelp, ParamKind } from '../src/protocol';

const param = (kind: ParamKind, words: string[] = [], optional = false): ParamHelp => ({
  name: kind,
  help: '',
  kind,
  optional,
  words: words.map((word) => [word, `What ${word} says.`]),
});

const operation = (name: string, params: ParamHelp[], more: Partial<OperationHelp> = {}) => ({
  name,
  group: 'Pins',
  signature: `${name}()`,
  help: `What ${name} does.`,
  params,
  returns: 'nothing',
  gives_page: false,
  makes_pin: false,
  needs_process: false,
  in_interrupt: false,
  can_retry: false,
  lacks: [],
  ...more,
});

const PIN = operation('pin', [param('address'), param('gup_flags', ['FOLL_WRITE'])], {
  makes_pin: true,
});
const UNPIN = operation('unpin', [param('pin')]);
const ALLOC = operation('alloc', [param('gfp', ['GFP_KERNEL']), param('order')], {
  gives_page: true,
  lacks: [{ huge_pages: false, kernels: ['v5.9'], why: 'v5.11 is the first kernel that has it' }],
});
const ALL = [PIN, UNPIN, ALLOC];

function of(text: string) {
  const tree = read(text);
  if (!isTree(tree)) throw new Error(tree.why);
  return outline(tree);
}

const NEW = of(FRESH.text);
const SPOT = { cpu: 0, list: 'run', at: 0 } as const;

test('a call is taken apart and written again', () => {
  for (const text of [
    'p = retry cma_alloc(area0, 2)',
    'p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)',
    'drain_all_pages()',
    'store(a[1], 7)',
  ]) {
    const call = callOf(text);
    assert.equal(call && textOfCall(call), text);
  }
  assert.equal(callOf('no call'), null);
  const left = { result: '', retry: false, name: 'madvise', args: ['a', ''] };
  assert.equal(textOfCall(left), 'madvise(a)');
});

test('arguments begin with names of the scenario', () => {
  assert.equal(textOfCall(startOf(PIN, NEW, SPOT, ALL)), 'p = pin(a, 0)');
  assert.equal(textOfCall(startOf(ALLOC, NEW, SPOT, ALL)), 'alloc(GFP_KERNEL, 0)');
  const more = of(FRESH.text.replace('run = []', 'run = ["p = pin(a, 0)", "b = alloc(x, 0)"]'));
  assert.equal(textOfCall(startOf(UNPIN, more, SPOT, ALL)), 'unpin(p)');
  assert.equal(textOfCall(startOf(PIN, more, SPOT, ALL)), 'p2 = pin(a, 0)');
  assert.deepEqual(namesFor(param('page'), more, SPOT, ALL), ['b']);
  assert.deepEqual(namesFor(param('area'), more, SPOT, ALL), ['area0']);
  assert.deepEqual(namesFor(param('task'), more, SPOT, ALL), ['cpu0', 'cpu1']);
  assert.equal(namesFor(param('order'), more, SPOT, ALL), null);
});

test('a pin of what has happened before can be dropped', () => {
  const before = `${FRESH.text}\n[[before]]\nprocess = "A"\nrun = ["q = pin(a, 0)"]\n`;
  assert.deepEqual(namesFor(param('pin'), of(before), SPOT, ALL), ['q']);
});

test('a search finds words of names and of help, names first', () => {
  assert.deepEqual(
    found(ALL, 'PIN').map((it) => it.name),
    ['pin', 'unpin', 'alloc'],
  );
  assert.deepEqual(
    found(ALL, 'alloc does').map((it) => it.name),
    ['alloc'],
  );
  assert.deepEqual(found(ALL, 'xyz'), []);
  assert.equal(found(ALL, '').length, 3);
});

test('a kernel that lacks an operation says where it is to be had', () => {
  assert.equal(lacking(ALLOC, 'v5.9', false), 'v5.11 is the first kernel that has it');
  assert.equal(lacking(ALLOC, 'v5.9', true), null);
  assert.equal(lacking(ALLOC, 'v5.11', false), null);
});

test('mappings are taken apart and written again', () => {
  for (const text of ['a = page 2 anon rw', 'b = anon ro', 'z = zero page ro', 'n = none wp']) {
    const mapping = mappingOf(text);
    assert.equal(mapping && textOfMapping(mapping), text);
  }
  assert.equal(mappingOf('a = page 2 anon rw lazyfree')?.right, 'rw lazyfree');
  assert.equal(mappingOf('nonsense'), null);
});

test('the schedule of a new scenario is taken out where there is one', () => {
  const text = `${FRESH.text}\n[schedule]\nsteps = "0"\n`;
  assert.equal(unscheduled(text).text, FRESH.text);
});
