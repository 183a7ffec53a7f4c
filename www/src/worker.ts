/**
 * The thread of the engine that plays. There are two modules: a small one to begin with, and one
 * that has all routines and searches. It is loaded when a request asks for more than the small one
 * has, and takes over what stands on the stage.
 */
import init, { Engine } from '../../pkg/pagerace.js';
import wasm from '../../pkg/pagerace_bg.wasm?url';
import type { Reply, Request } from './protocol';
import { serve } from './serve';

/** The engine that holds the scenario on the stage. */
let engine: Promise<Engine> = init({ module_or_path: wasm }).then(() => new Engine());
// Whoever asks is told; until then a failed start is not an unhandled rejection.
engine.catch(() => {});

/** The larger engine stays where it can do what was asked. */
async function reply(request: Request): Promise<Reply> {
  const small = (await engine).request(request);
  if (small.type !== 'more') return small;
  const { whole } = await import('./whole');
  const larger = await whole();
  if (small.stage) larger.request({ type: 'take_over', ...small.stage });
  const reply = larger.request(request);
  if (reply.type !== 'refused') engine = Promise.resolve(larger);
  return reply;
}

serve(reply);
