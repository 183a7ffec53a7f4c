// Explores the same workloads with Pagerace, natively and in WebAssembly, with SPIN, Stateright,
// Shuttle and Loom, checks that they agree, and prints one table. `./build.sh bench` builds what
// this needs and runs it; README.md says how to read it. Workloads may be named: `node
// bench/peers.mjs hot mm`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contradictions } from './agree.mjs';
import { measured } from './measure.mjs';
import { table } from './table.mjs';

/** Seconds that a stateless checker gets; it runs every execution of the smallest workloads only. */
const STATELESS_SECONDS = 6;

/** The sizes are THREADS ITERATIONS PRIVATE DISJOINT; bench/workloads says what they are. */
const WORKLOADS = [
  { name: 'hot', sizes: [4, 3, 0, 0] },
  { name: 'private', sizes: [3, 3, 5, 0] },
  { name: 'disj', sizes: [4, 3, 0, 1] },
  { name: 'big', sizes: [3, 8, 0, 0] },
  { name: 'tiny 2,1', sizes: [2, 1, 0, 0], stateless: true },
  { name: 'tiny 2,2', sizes: [2, 2, 0, 0], stateless: true },
  { name: 'tiny 3,1', sizes: [3, 1, 0, 0], stateless: true },
  { name: 'tiny 3,2', sizes: [3, 2, 0, 0], stateless: true },
  // Kernel routines, which no peer has.
  { name: 'mm' },
];

/**
 * What a search counts: `full` every state, `quotient` one of those that differ in the numbers of
 * threads alone, `reduced` those that outcomes need, `reduced quotient` one each of these, `lossy`
 * as `full` but some may get lost.
 */
const SEARCHES = [
  { label: 'whole', words: ['whole'], counts: 'full' },
  { label: 'whole, 2 threads', words: ['threads'], counts: 'full', native: true },
  { label: 'reduced', words: ['reduced'], counts: 'reduced' },
  { label: 'symmetric', words: ['symmetric'], counts: 'quotient', alike: true },
  { label: 'reduced, symmetric', words: ['least'], counts: 'reduced quotient', alike: true },
  {
    label: 'exact',
    words: ['exact'],
    counts: 'full',
    // 12.0 million whole machines.
    leaves: { big: 'do not fit' },
  },
];

const SPIN = [
  { label: 'SPIN', counts: 'full', generate: ['-o3'], compile: ['-DNOREDUCE'] },
  { label: 'SPIN, reduced', counts: 'reduced', generate: [], compile: [] },
  {
    label: 'SPIN, compacted',
    counts: 'lossy',
    generate: ['-o3'],
    compile: ['-DNOREDUCE', '-DHC4'],
  },
];

const STATERIGHT = [
  { label: 'Stateright', search: 'dfs', workers: 1, counts: 'full' },
  { label: 'Stateright, breadth first, 2 threads', search: 'bfs', workers: 2, counts: 'full' },
  { label: 'Stateright, symmetric', search: 'symmetric', workers: 1, counts: 'quotient' },
];

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** The rows of Pagerace: each search, natively and in a module under Node. */
async function ours({ name, sizes }) {
  const rows = [];
  const words = sizes ? ['counters', ...sizes] : [name];
  const hosts = [
    ['Pagerace', join(target, 'release/workloads'), []],
    ['Pagerace in wasm', process.execPath, [join(root, 'bench/wasm.mjs')]],
  ];
  // The lanes of mm differ.
  for (const search of SEARCHES.filter(({ alike }) => !alike || sizes)) {
    for (const [host, program, before] of search.native ? hosts.slice(0, 1) : hosts) {
      const row = { tool: host, label: `${host}, ${search.label}`, counts: search.counts };
      const leaves = search.leaves?.[name];
      if (leaves) rows.push({ ...row, leaves });
      else rows.push(await measured(row, program, [...before, ...search.words, ...words]));
    }
  }
  return rows;
}

/** What SPIN's program for the model prints, as the others print theirs. */
function verdictOfSpin(output) {
  const number = (pattern) => Number(output.match(pattern)?.[1]);
  if (number(/errors: (\d+)/) !== 0) throw new Error(`SPIN says:\n${output}`);
  return {
    states: number(/(\d+) states, stored/),
    // It counts the start as reached by one.
    transitions: number(/(\d+) transitions/) - 1,
    // To a hundredth.
    seconds: number(/elapsed time ([\d.]+)/),
  };
}

/** SPIN's rows. What it takes to make and compile its program is not counted. */
async function spin({ sizes, stateless }) {
  const [threads, iterations, before, disjoint] = sizes;
  const defines = { THREADS: threads, ITERATIONS: iterations, PRIVATE: before, DISJOINT: disjoint };
  // Something for itself: SPIN leaves out what does nothing at all.
  defines.STEPS = 'value = 0; '.repeat(Math.max(0, before - 1));
  const model = Object.entries(defines).map(([name, value]) => `#define ${name} ${value}\n`);
  model.push(readFileSync(join(root, 'bench/peers/threads.pml'), 'utf8'));
  const rows = [];
  for (const { label, counts, generate, compile } of stateless ? SPIN.slice(0, 1) : SPIN) {
    const cwd = mkdtempSync(join(tmpdir(), 'pagerace-spin-'));
    writeFileSync(join(cwd, 'threads.pml'), model.join(''));
    execFileSync('spin', [...generate, '-a', 'threads.pml'], { cwd });
    const flags = ['-O3', '-march=native', '-w', '-DSAFETY', '-DMEMLIM=8000', ...compile];
    execFileSync('gcc', [...flags, '-o', 'pan', 'pan.c'], { cwd });
    const row = { tool: 'SPIN', label, counts };
    rows.push(await measured(row, './pan', ['-m100000'], { cwd, read: verdictOfSpin }));
    rmSync(cwd, { recursive: true });
  }
  return rows;
}

async function stateright({ sizes, stateless }) {
  const rows = [];
  for (const { label, search, workers, counts } of STATERIGHT) {
    // Threads that have locks of their own are not alike for it; small graphs need one row.
    if ((counts === 'quotient' && sizes[3] === 1) || (stateless && search !== 'dfs')) continue;
    const program = join(target, 'peers/release/stateright');
    const row = { tool: 'Stateright', label, counts };
    rows.push(await measured(row, program, [search, workers, ...sizes]));
  }
  return rows;
}

async function executions(tool, { sizes }) {
  const program = join(target, 'peers/release', tool.toLowerCase());
  const [threads, iterations] = sizes;
  const args = [threads, iterations, STATELESS_SECONDS];
  return measured({ tool, label: tool, counts: 'executions' }, program, args);
}

async function rowsOf(workload) {
  const rows = await ours(workload);
  if (workload.sizes) {
    rows.push(...(await spin(workload)), ...(await stateright(workload)));
  }
  if (workload.stateless) {
    rows.push(await executions('Shuttle', workload), await executions('Loom', workload));
  }
  return rows;
}

const all = [];
const wrong = [];
const named = process.argv.slice(2);
for (const workload of WORKLOADS.filter(({ name }) => !named[0] || named.includes(name))) {
  process.stderr.write(`   ${workload.name}\n`);
  const rows = await rowsOf(workload);
  all.push([workload.name, rows]);
  wrong.push(...contradictions(workload, rows));
}
const version = execFileSync('spin', ['-V'], { encoding: 'utf8' }).trim();
console.log(`${cpus().length} x ${cpus()[0].model}; ${version}; Node ${process.version}\n`);
console.log(table(all));
if (wrong.length > 0) {
  console.error(`\nThey do not agree:\n${wrong.join('\n')}`);
  process.exitCode = 1;
}
