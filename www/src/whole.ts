/** The module that knows all machines, compound pages and sections included. */
import init, { Engine } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';

const ready = init({ module_or_path: wasm });

/** An engine of it with nothing open. */
export async function whole(): Promise<Engine> {
  await ready;
  return new Engine();
}
