import assert from 'node:assert/strict';
import { test } from 'node:test';
import catalogue from '../../pkg/catalogue.json';
import { sentence } from '../src/compose/claims';
import { type Edit, edited } from '../src/compose/edits';
import {
  mappingName,
  mappingNames,
  type Outline,
  outline,
  unusedPage,
} from '../src/compose/outline';
import { renameMapping, renameProcess } from '../src/compose/renaming';
import { isTree, read } from '../src/compose/tree';
import type { Catalogue } from '../src/protocol';

const { operations } = catalogue as unknown as Catalogue;
const FILES = Object.entries(
  import.meta.glob<string>('../../scenarios/*.toml', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

function of(text: string): Outline {
  const tree = read(text);
  if (!isTree(tree)) throw new Error(`${tree.why} at line ${tree.line}`);
  return outline(tree);
}

const all = (text: string, edits: readonly Edit[]) =>
  edits.reduce((now, edit) => edited(now, edit), text);

test('a name is changed wherever it is used, and back', () => {
  let renamed = 0;
  for (const [file, text] of FILES) {
    of(text).processes.forEach(({ name, map }, process) => {
      const other = all(text, renameProcess(of(text), process, 'Zed', operations));
      assert.ok(
        !new RegExp(`(process|child_of|name) = "${name}"`).test(other),
        `${file}: ${other}`,
      );
      assert.ok(!other.includes(`fork(${name})`), file);
      assert.equal(all(other, renameProcess(of(other), process, name, operations)), text, file);
      map.forEach((mapping, at) => {
        const old = mappingName(mapping);
        const other = all(text, renameMapping(of(text), process, at, 'zed', operations));
        const back = renameMapping(of(other), process, at, old, operations);
        assert.equal(all(other, back), text, `${file}: ${old}`);
        renamed++;
      });
    });
  }
  assert.ok(renamed > 100);
});

const TEXT = `[machine]
blocks = ["movable", "movable"]
allocated = [2]
[[process]]
name = "P"
map = ["a = page 0 anon rw", "b = anon rw"]
[[process]]
name = "C"
child_of = "P"
[[process]]
name = "Q"
map = ["a = page 1 anon rw"]
[[before]]
process = "P"
run = ["fork(C)", "store(a[1], 7)"]
[[cpu]]
process = "C"
run = ["a = alloc_pages(GFP_KERNEL, 0)", "store( a , 1)", "__free_pages(a, 0)"] # a
tlb = ["a"]
[[cpu]]
process = "Q"
run = ["v = load(a)"]
pcp = [3]
[[expect]]
kernel = { base = "v5.9", pincheck = "bitmask" }
never = { v = "1", breaks = ["lost-sync", "missed-cow"], end = "done" }
[[expect]]
always.end = "done"
`;

test('a mapping is that of its process and of its children', () => {
  const text = all(TEXT, renameMapping(of(TEXT), 0, 0, 'z', operations));
  for (const words of [
    'map = ["z = page 0 anon rw", "b = anon rw"]',
    'run = ["fork(C)", "store(z[1], 7)"]',
    'run = ["a = alloc_pages(GFP_KERNEL, 0)", "store( z , 1)", "__free_pages(a, 0)"] # a',
    'tlb = ["z"]',
    'map = ["a = page 1 anon rw"]',
    'run = ["v = load(a)"]',
  ])
    assert.ok(text.includes(words), text);
  const child = all(TEXT, renameProcess(of(TEXT), 1, 'D', operations));
  assert.ok(child.includes('name = "D"\nchild_of = "P"'));
  assert.ok(child.includes('fork(D)'));
  assert.deepEqual(mappingNames(of(TEXT), 'C'), ['a', 'b']);
});

test('a page for a pcplist is one that the text does not speak of', () => {
  const page = (machine: string, map: string) =>
    unusedPage(of(`[machine]\n${machine}\n[[process]]\nname = "P"\nmap = ["${map}"]\n`));
  const blocks = 'blocks = ["movable", "movable", "movable", "movable"]';
  assert.equal(page(blocks, 'a = page 6 anon rw'), 7);
  assert.equal(page(`${blocks}\nallocated = ["6-7", 5]`, 'a = page 4 anon rw'), 3);
  assert.equal(page(`${blocks}\nhpage_pages = 4`, 'a = huge page 4 anon rw'), 3);
});

test('claims are taken apart, changed in their braces, and said', () => {
  const { claims } = of(TEXT);
  assert.deepEqual(claims[0], {
    quantifier: 'never',
    parts: [
      ['v', '1'],
      ['end', 'done'],
    ],
    breaks: ['lost-sync', 'missed-cow'],
    kernel: '{ base = "v5.9", pincheck = "bitmask" }',
    preset: null,
    line: 24,
  });
  assert.equal(claims[1]?.quantifier, null);
  const place = { table: 'expect', at: 0 };
  const inside = { ...place, inside: 'never' };
  const text = all(TEXT, [
    { do: 'set', in: inside, key: 'breaks', value: 'lost-sync' },
    { do: 'set', in: inside, key: 'v', value: null },
    { do: 'set', in: inside, key: 'drift', value: -2 },
    { do: 'set', in: place, key: 'kernel', value: 'v5.17' },
    { do: 'rename', in: place, key: 'never', to: 'sometimes' },
  ]);
  const [changed] = of(text).claims;
  assert.equal(
    changed && sentence(changed),
    'sometimes end = done, drift = -2, breaks lost-sync under v5.17',
  );
  assert.ok(text.includes('sometimes = { breaks = "lost-sync", end = "done", drift = -2 }'), text);
});
