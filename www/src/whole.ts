/** The module that has all routines, and searches. */
import init, { Engine } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';

/** An engine of it with nothing open. */
export async function whole(): Promise<Engine> {
  await init({ module_or_path: wasm });
  return new Engine();
}
