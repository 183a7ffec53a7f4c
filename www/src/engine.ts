/** The page's side of the engine: calls with an answer each, and a worker that can be killed. */
import { Pages } from './pages';
import type { Reply, Request } from './protocol';
import { stageThread } from './threads';

/** What the page posts to the worker. */
export interface ToWorker {
  id: number;
  request: Request;
}

/** What the worker posts back: the reply, or what stopped the engine for good. */
export type FromWorker = { id: number; reply: Reply } | { id: number; trap: string };

/** The engine is gone: a trap, a hang, or a worker that would not start. */
export class EngineLost extends Error {
  override name = 'EngineLost';
}

interface Call {
  resolve(reply: Reply): void;
  reject(error: EngineLost): void;
  timer: ReturnType<typeof setTimeout>;
}

/** What a client needs of a worker. */
export type Port = Pick<Worker, 'postMessage' | 'terminate'> & {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
};

/**
 * Calls the engine in its worker. When the engine is lost every open call fails with
 * `EngineLost`, the worker is terminated, and the next call starts a fresh one.
 */
export class EngineClient {
  #port: Port | undefined;
  #calls = new Map<number, Call>();
  #next = 1;
  #pages = new Pages();

  readonly #start: () => Port;
  readonly #patience: number;

  /** `patience` is how long, in ms, one call may take before it counts as a hang. */
  constructor(start: () => Port = stageThread, patience = 20_000) {
    this.#start = start;
    this.#patience = patience;
  }

  /** Starts the worker before there is anything to ask. */
  prepare(): void {
    this.#port ??= this.#open();
  }

  /** Sends one request; the answer comes in order. */
  call(request: Request): Promise<Reply> {
    this.#port ??= this.#open();
    const port = this.#port;
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const hang = () => this.lose(`no answer to "${request.type}" for ${this.#patience / 1000} s`);
      this.#calls.set(id, { resolve, reject, timer: setTimeout(hang, this.#patience) });
      port.postMessage({ id, request } satisfies ToWorker);
    });
  }

  /** Throws the worker away; every open call fails. */
  lose(why: string): void {
    this.#port?.terminate();
    this.#port = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) {
      clearTimeout(call.timer);
      call.reject(new EngineLost(why));
    }
  }

  #open(): Port {
    const port = this.#start();
    port.onmessage = ({ data }) => {
      if (port !== this.#port) return;
      if ('trap' in data) return this.lose(data.trap);
      const call = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      if (call) {
        clearTimeout(call.timer);
        call.resolve(this.#pages.complete(data.reply));
      }
    };
    port.onerror = (event) => {
      event.preventDefault?.();
      if (port === this.#port) this.lose(event.message || 'the worker could not be loaded');
    };
    return port;
  }
}
