import type { FromWorker, Port, ToWorker } from '../engine';

/** A thread that starts as soon as what it needs is there. */
export class LatePort implements Port {
  onmessage: Port['onmessage'] = null;
  onerror: Port['onerror'] = null;
  readonly #thread: Promise<Worker>;

  constructor(start: () => Promise<Worker>) {
    this.#thread = start();
    this.#thread.then(
      (thread) => {
        thread.onmessage = (event: MessageEvent<FromWorker>) => this.onmessage?.(event);
        thread.onerror = (event) => this.onerror?.(event);
      },
      (error: Error) => this.onerror?.(new ErrorEvent('error', { message: error.message })),
    );
  }

  postMessage(message: ToWorker): void {
    this.#do((thread) => thread.postMessage(message));
  }

  terminate(): void {
    this.#do((thread) => thread.terminate());
  }

  /** What cannot be done is told by `onerror`. */
  #do(what: (thread: Worker) => void): void {
    this.#thread.then(what, () => {});
  }
}
