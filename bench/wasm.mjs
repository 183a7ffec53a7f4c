// `node bench/wasm.mjs SEARCH WORKLOAD [SIZE...]`: explores it once in a WebAssembly module, as
// bench/workloads does natively, and prints a line of JSON. A process of its own, because the
// memory of a module never shrinks.
import { readFileSync } from 'node:fs';

const folder = new URL('../.tools/workloads/', import.meta.url);
const { default: init, explore } = await import(new URL('pagerace_workloads.js', folder).href);
const module = readFileSync(new URL('pagerace_workloads_bg.wasm', folder));
const { memory } = await init({ module_or_path: module });

const start = performance.now();
const found = JSON.parse(explore(process.argv.slice(2).join(' ')));
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ ...found, seconds, bytes: memory.buffer.byteLength }));
