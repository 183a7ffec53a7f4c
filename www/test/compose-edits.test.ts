import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Edit, edited, type List } from '../src/compose/edits';
import { outline } from '../src/compose/outline';
import { isTree, read, type Tree } from '../src/compose/tree';

const FILES = Object.entries(
  import.meta.glob<string>('../../scenarios/*.toml', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
);

function tree(text: string): Tree {
  const tree = read(text);
  if (!isTree(tree)) throw new Error(`${tree.why} at line ${tree.line} of\n${text}`);
  return tree;
}

const comments = (text: string): string[] =>
  tree(text).program.comments.map(({ value }) => value.trim());

const run = (at: number, key = 'run'): List => ({ table: 'cpu', at, key });
const insert = (list: List, at: number, value: string): Edit => ({ do: 'insert', list, at, value });
const remove = (list: List, at: number): Edit => ({ do: 'remove', list, at });

test('every scenario of the gallery can be read', () => {
  assert.ok(FILES.length > 100);
  for (const [name, text] of FILES) {
    const { title, cpus, blocks, base } = outline(tree(text));
    assert.ok(title && cpus.length > 0 && blocks.length > 0 && base, name);
  }
});

test('what is added and then removed leaves the text as it was', () => {
  for (const [name, text] of FILES) {
    const { cpus, processes, blocks, claims, before } = outline(tree(text));
    cpus.forEach((cpu, number) => {
      for (let at = 0; at <= cpu.run.length; at++) {
        const more = edited(text, insert(run(number), at, 'drain_all_pages()'));
        assert.deepEqual(comments(more), comments(text), name);
        const expected = [...cpu.run];
        expected.splice(at, 0, 'drain_all_pages()');
        assert.deepEqual(outline(tree(more)).cpus[number]?.run, expected, name);
        assert.equal(edited(more, remove(run(number), at)), text, name);
      }
      const interrupt = insert(run(number, 'interrupt'), cpu.interrupt.length, 'put_page(0)');
      const more = edited(text, interrupt);
      const less = remove(run(number, 'interrupt'), cpu.interrupt.length);
      assert.equal(edited(more, less), text, name);
    });
    const pairs: [Edit, Edit][] = [
      [
        { do: 'add_table', name: 'cpu', values: { run: [] } },
        { do: 'remove_table', name: 'cpu', at: cpus.length },
      ],
      [
        { do: 'add_table', name: 'process', values: { name: 'ZZ' } },
        { do: 'remove_table', name: 'process', at: processes.length },
      ],
      [
        { do: 'add_table', name: 'expect', values: { never: { end: 'BUG' } } },
        { do: 'remove_table', name: 'expect', at: claims.length },
      ],
      [
        { do: 'add_table', name: 'before', values: { run: ['drain_all_pages()'] } },
        { do: 'remove_table', name: 'before', at: before.length },
      ],
      [
        insert({ table: 'machine', key: 'blocks' }, blocks.length, 'movable'),
        remove({ table: 'machine', key: 'blocks' }, blocks.length),
      ],
    ];
    for (const [there, back] of pairs) {
      const more = edited(text, there);
      assert.notEqual(more, text);
      assert.deepEqual(comments(more), comments(text), name);
      assert.equal(edited(more, back), text, `${name}: ${JSON.stringify(there)}`);
    }
  }
});

test('moving a call to another CPU and back keeps every comment', () => {
  for (const [name, text] of FILES) {
    const { cpus } = outline(tree(text));
    const [first, second] = cpus;
    if (!first || !second || first.run.length === 0) continue;
    for (let at = 0; at < first.run.length; at++) {
      const there = edited(text, { do: 'move', list: run(0), at, to: run(1), place: 0 });
      assert.deepEqual(comments(there).sort(), comments(text).sort(), name);
      const now = outline(tree(there)).cpus;
      assert.equal(now[1]?.run[0], first.run[at], name);
      const back = edited(there, { do: 'move', list: run(1), at: 0, to: run(0), place: at });
      assert.deepEqual(outline(tree(back)).cpus, cpus, name);
      assert.deepEqual(comments(back).sort(), comments(text).sort(), name);
    }
  }
});

/** Numbers that are the same in every run (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One of the edits that fit a text. */
function anyEdit(text: string, below: (n: number) => number): Edit | null {
  const { cpus, processes, blocks } = outline(tree(text));
  const cpu = below(cpus.length);
  const calls = cpus[cpu]?.run ?? [];
  const at = below(calls.length || 1);
  const other = below(cpus.length);
  switch (below(9)) {
    case 0:
      return insert(run(cpu), below(calls.length + 1), 'drain_all_pages()');
    case 1:
      return calls.length > 0 ? remove(run(cpu), at) : null;
    case 2: {
      const many = cpus[other]?.run.length ?? 0;
      const place = below(other === cpu ? Math.max(many, 1) : many + 1);
      return calls.length > 0 ? { do: 'move', list: run(cpu), at, to: run(other), place } : null;
    }
    case 3:
      return { do: 'add_table', name: 'cpu', values: { process: 'B', run: [] } };
    case 4:
      return cpus.length > 1 ? { do: 'remove_table', name: 'cpu', at: cpu } : null;
    case 5:
      return { do: 'move_table', name: 'cpu', at: cpu, place: other };
    case 6: {
      const list = { table: 'machine', key: 'blocks' };
      return { do: 'replace', list, at: below(blocks.length), value: 'movable' };
    }
    case 7: {
      if (processes.length === 0) return null;
      return insert(
        { table: 'process', at: below(processes.length), key: 'map' },
        0,
        'zz = anon rw',
      );
    }
    default:
      return { do: 'set', in: { table: 'machine' }, key: 'swap_slots', value: below(9) };
  }
}

test('random edits of every scenario leave a text that can be read', () => {
  for (const [number, [name, text]] of FILES.entries()) {
    const below = random(number);
    let now = text;
    for (let step = 0; step < 20; step++) {
      const edit = anyEdit(now, below);
      if (!edit) continue;
      const before = outline(tree(now));
      now = edited(now, edit);
      const after = outline(tree(now));
      const where = `${name}, step ${step}: ${JSON.stringify(edit)}\n${now}`;
      const calls = (it: typeof after) => it.cpus.reduce((sum, { run }) => sum + run.length, 0);
      if (edit.do === 'move') assert.equal(calls(after), calls(before), where);
      if (edit.do === 'insert' && edit.list.key === 'run')
        assert.equal(calls(after), calls(before) + 1, where);
      if (edit.do === 'move_table') assert.equal(after.cpus.length, before.cpus.length, where);
    }
  }
});

const SMALL = `format = 1
title = "t"

[machine] # small
blocks = ["movable"]

# the first lane
[[cpu]]
run = [
    # pins
    "p = pin_user_pages_fast(a, 0)", # early
    "unpin_user_page(p)"
]

[[cpu]]
run = ["send_sig(cpu0)"]

[schedule]
steps = "0*2 1 0i"

[[expect]]
sometimes = { cpu1 = "1", end = "done" } # why
`;

test('a call that moves takes its comments along', () => {
  const text = edited(SMALL, { do: 'move', list: run(0), at: 0, to: run(1), place: 1 });
  assert.match(text, /run = \[\n {4}"send_sig\(cpu0\)",\n {4}# pins\n {4}"p = .*", # early\n\]/);
  assert.match(text, /run = \[\n {4}"unpin_user_page\(p\)"\n\]/);
});

test('CPUs that change places keep their steps, claims and signals', () => {
  const text = edited(SMALL, { do: 'move_table', name: 'cpu', at: 1, place: 0 });
  assert.match(text, /steps = "1\*2 0 1i"/);
  assert.match(text, /sometimes = \{ cpu0 = "1", end = "done" \} # why/);
  assert.match(
    text,
    /^\[\[cpu\]\]\nrun = \["send_sig\(cpu1\)"\]\n\n# the first lane\n\[\[cpu\]\]/m,
  );
  assert.equal(edited(text, { do: 'move_table', name: 'cpu', at: 1, place: 0 }), SMALL);
});

test('a CPU that goes takes its steps along, and those behind it move up', () => {
  const text = edited(SMALL, { do: 'remove_table', name: 'cpu', at: 0 });
  assert.match(text, /# the first lane\n/);
  assert.match(text, /steps = "0"/);
  assert.match(text, /sometimes = \{ cpu0 = "1"/);
  assert.match(text, /send_sig\(cpu\)/);
  const other = edited(SMALL, { do: 'remove_table', name: 'cpu', at: 1 });
  assert.match(other, /steps = "0\*2 0i"/);
  assert.doesNotMatch(other, /expect/);
});

test('keys are set, added and taken out where they stand', () => {
  const machine = { table: 'machine' };
  const set = (text: string, key: string, value: number | boolean | null) =>
    edited(text, { do: 'set', in: machine, key, value });
  const fine = set(SMALL, 'fine', true);
  assert.match(fine, /\[machine\] # small\nblocks = \["movable"\]\nfine = true\n/);
  assert.equal(set(fine, 'fine', null), SMALL);
  const title: Edit = { do: 'set', in: { table: null }, key: 'title', value: 'a "b"\\' };
  assert.equal(outline(tree(edited(SMALL, title))).title, 'a "b"\\');
  const inline = SMALL.replace('[machine] # small\nblocks = ["movable"]', 'machine.fine = true');
  assert.match(set(inline, 'swap_slots', 2), /machine\.fine = true\nmachine\.swap_slots = 2\n/);
  assert.match(
    edited('kernel = { base = "v5.9" } # k\n', {
      do: 'set',
      in: { table: 'kernel' },
      key: 'gup',
      value: 'x',
    }),
    /^kernel = \{ base = "v5.9", gup = "x" \} # k\n$/,
  );
});

test('claims at lines, and the schedule, are taken out whole', () => {
  const line = SMALL.split('\n').findIndex((it) => it.startsWith('sometimes')) + 1;
  const text = edited(SMALL, { do: 'drop_claims', lines: [line] });
  assert.equal(text, SMALL.slice(0, SMALL.indexOf('\n[[expect]]')));
  const still = edited(SMALL, { do: 'remove_one', name: 'schedule' });
  assert.equal(still, SMALL.replace('\n[schedule]\nsteps = "0*2 1 0i"\n', ''));
});

test('a text that is no TOML is refused with its place', () => {
  const tree = read('format = 1\ntitle = "open\n');
  assert.ok(!isTree(tree) && tree.line === 2);
  assert.throws(() => edited('a = [', { do: 'remove_one', name: 'schedule' }), /cannot be read/);
});
