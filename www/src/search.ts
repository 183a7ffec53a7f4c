/** Drives a search in slices, so that the engine answers others in between. */
import type { ExplorationView, Reply, Request } from './protocol';

/** How long a slice should take, in ms: short enough to cancel at once, long enough to be cheap. */
const SLICE = 40;
const FIRST_FUEL = 2_000;

/** One search. Stopping it keeps what is known, and it can go on. */
export class Searching {
  #stopped = false;
  #fuel = FIRST_FUEL;

  readonly #call: (request: Request) => Promise<Reply>;
  readonly #found: (view: ExplorationView, stopped: boolean) => void;

  constructor(
    call: (request: Request) => Promise<Reply>,
    found: (view: ExplorationView, stopped: boolean) => void,
  ) {
    this.#call = call;
    this.#found = found;
  }

  /** Starts so, or goes on; ends when nothing is left or it is stopped. */
  async run(start: Request | null): Promise<Reply | null> {
    this.#stopped = false;
    let request: Request = start ?? { type: 'advance', fuel: this.#fuel };
    for (;;) {
      const began = performance.now();
      const reply = await this.#call(request);
      if (reply.type !== 'explored') return reply;
      const { type: _, ...view } = reply;
      this.#found(view, this.#stopped && view.running);
      if (!view.running || this.#stopped) return null;
      if (request.type === 'advance') this.#adapt(performance.now() - began);
      request = { type: 'advance', fuel: this.#fuel };
    }
  }

  /** Stops after the slice that runs. */
  stop(): void {
    this.#stopped = true;
  }

  #adapt(took: number): void {
    const factor = Math.min(2, Math.max(0.25, SLICE / Math.max(took, 1)));
    this.#fuel = Math.round(Math.min(1_000_000, Math.max(200, this.#fuel * factor)));
  }
}
