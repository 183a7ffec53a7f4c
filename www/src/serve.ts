/**
 * The worker's side of the engine: one message in, one message out, in order. After a trap it
 * answers nothing more, since the module's memory is undefined then: the page throws it away.
 */
import type { FromWorker, ToWorker } from './engine';
import type { Reply, Request } from './protocol';

const answer = (message: FromWorker): void => self.postMessage(message);

/** Answers what the page asks this worker. */
export function serve(reply: (request: Request) => Promise<Reply>): void {
  let queue: Promise<void> = Promise.resolve();
  let trapped = false;
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
}
