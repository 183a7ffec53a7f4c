// Explores the gallery under every kernel that its claims name, natively and in the page's module
// under Node, in one run, checks that both count the same, and prints a table. Build first:
// ./build.sh build (which says how many bytes a first load takes)
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import init, { Engine } from '../pkg/whole/pagerace.js';

const RUNS = 3;
/** From how many milliseconds on one run is enough. */
const LONG = 100;
const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root));

await init({ module_or_path: read('pkg/whole/pagerace_bg.wasm') });

/** The least of some explorations, in milliseconds, with the counts. */
function explore(text, { base, toggles }) {
  let least = Number.POSITIVE_INFINITY;
  let view;
  for (let run = 0; run < RUNS && !(least > LONG && run > 0); run++) {
    const engine = new Engine();
    const opened = engine.request({ type: 'open', text });
    if (opened.type !== 'opened') throw new Error(JSON.stringify(opened));
    const under = engine.request({ type: 'kernel', base, toggles });
    if (under.type !== 'opened') throw new Error(JSON.stringify(under));
    const start = performance.now();
    view = engine.request({ type: 'explore', max_states: 2_000_000 });
    while (view.running) view = engine.request({ type: 'advance', fuel: 20_000 });
    least = Math.min(least, performance.now() - start);
    engine.free();
  }
  return { states: view.states, transitions: view.transitions, ms: least };
}

const output = execFileSync('cargo', ['bench', '--quiet', '--bench', 'gallery'], {
  cwd: root,
  encoding: 'utf8',
});
const native = output
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const rows = native.map((row) => {
  const folder = row.scenario === 'largest' ? 'bench' : 'scenarios';
  const wasm = explore(read(`${folder}/${row.scenario}.toml`).toString(), row);
  if (wasm.states !== row.states || wasm.transitions !== row.transitions) {
    throw new Error(
      `${row.scenario}, ${row.kernel}: the module counts ${wasm.states} states, not ${row.states}`,
    );
  }
  return {
    scenario: row.scenario,
    kernel: row.kernel,
    states: row.states,
    transitions: row.transitions,
    outcomes: row.outcomes,
    'native MB': Number((row.bytes / 1e6).toFixed(1)),
    'native ms': Number(row.ms.toFixed(1)),
    'wasm ms': Number(wasm.ms.toFixed(1)),
    ratio: Number((wasm.ms / row.ms).toFixed(1)),
  };
});
console.table(rows);
