/**
 * The engine's thread. One message in, one message out; after a trap it answers nothing more,
 * since the module's memory is undefined then: the page throws the worker away.
 */
import init, { Engine } from '../../pkg/pagerace.js';
import wasm from '../../pkg/pagerace_bg.wasm?url';
import type { FromWorker, ToWorker } from './engine';

const ready = init({ module_or_path: wasm }).then(() => new Engine());
// Whoever asks is told; until then a failed start is not an unhandled rejection.
ready.catch(() => {});
let trapped = false;

const answer = (message: FromWorker): void => self.postMessage(message);

self.onmessage = async ({ data: { id, request } }: MessageEvent<ToWorker>) => {
  try {
    const engine = await ready;
    if (!trapped) answer({ id, reply: engine.request(request) });
  } catch (error) {
    trapped = true;
    answer({
      id,
      trap: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
};
