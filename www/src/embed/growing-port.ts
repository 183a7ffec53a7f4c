import { EngineClient, type FromWorker, type Port, type ToWorker } from '../engine';
import type { Reply, Request } from '../protocol';

/**
 * A thread of the small module, in whose place one of the whole module steps when more is asked
 * for than the small one has. On the page a worker does that by itself (`worker.ts`): there it can
 * load what it needs.
 */
export class GrowingPort implements Port {
  onmessage: Port['onmessage'] = null;
  onerror: Port['onerror'] = null;
  #engine: EngineClient;
  #queue: Promise<void> = Promise.resolve();
  readonly #larger: () => EngineClient;

  constructor(small: () => Port, whole: () => Port) {
    this.#engine = new EngineClient(small);
    this.#larger = () => new EngineClient(whole);
  }

  postMessage({ id, request }: ToWorker): void {
    this.#queue = this.#queue.then(async () => {
      try {
        this.#tell({ id, reply: await this.#reply(request) });
      } catch (error) {
        this.#tell({ id, trap: error instanceof Error ? error.message : String(error) });
      }
    });
  }

  terminate(): void {
    this.#engine.lose('ended');
  }

  /** The larger engine stays where it can do what was asked. */
  async #reply(request: Request): Promise<Reply> {
    const small = await this.#engine.call(request);
    if (small.type !== 'more') return small;
    const larger = this.#larger();
    if (small.stage) await larger.call({ type: 'take_over', ...small.stage });
    const reply = await larger.call(request);
    const [stays, goes] =
      reply.type === 'refused' ? [this.#engine, larger] : [larger, this.#engine];
    this.#engine = stays;
    goes.lose('another engine does it');
    return reply;
  }

  #tell(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }
}
