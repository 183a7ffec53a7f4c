/**
 * The engine's thread. One message in, one message out; after a trap it answers nothing more,
 * since the module's memory is undefined then: the page throws the worker away.
 *
 * There are two modules: a small one to begin with, and a larger one that knows all machines. It is
 * loaded when a scenario asks for more than the small one has.
 */
import init, { Engine } from '../../pkg/pagerace.js';
import wasm from '../../pkg/pagerace_bg.wasm?url';
import type { FromWorker, ToWorker } from './engine';
import type { Reply, Request } from './protocol';

/** The engine that holds the scenario on the stage. */
let engine: Promise<Engine> = init({ module_or_path: wasm }).then(() => new Engine());
// Whoever asks is told; until then a failed start is not an unhandled rejection.
engine.catch(() => {});
let trapped = false;

const answer = (message: FromWorker): void => self.postMessage(message);

/** A larger engine that only looks at drafts; null while it loads. */
let critic: Engine | null | undefined;

/** What it says of a draft; until it is there, `later`: no step waits for it. */
function judged(request: Request, later: Reply): Reply {
  if (critic) return critic.request(request);
  if (critic === undefined) {
    critic = null;
    const loaded = import('./whole').then(({ whole }) => whole());
    loaded.then(
      (engine) => {
        critic = engine;
      },
      () => {
        critic = undefined;
      },
    );
  }
  return later;
}

/** The larger engine takes over with the scenario that it can open. */
async function reply(request: Request): Promise<Reply> {
  const small = (await engine).request(request);
  if (small.type !== 'more') return small;
  if (request.type === 'check') return judged(request, small);
  const { whole } = await import('./whole');
  const larger = await whole();
  if (small.text !== null) larger.request({ type: 'open', text: small.text });
  const reply = larger.request(request);
  if (reply.type !== 'refused') engine = Promise.resolve(larger);
  return reply;
}

let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data: { id, request } }: MessageEvent<ToWorker>) => {
  queue = queue.then(async () => {
    if (trapped) return;
    try {
      answer({ id, reply: await reply(request) });
    } catch (error) {
      trapped = true;
      answer({
        id,
        trap: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
    }
  });
};
