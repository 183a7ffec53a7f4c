/** Drives a search in slices, so that the engine answers others in between. */
import type { Search } from './model';
import type { Reply, Request } from './protocol';

/** How long a slice should take, in ms: short enough to cancel at once, long enough to be cheap. */
const SLICE = 30;
const FIRST_FUEL = 2_000;

/** One search. Stopping it keeps what is known, and it can go on. */
export class Searching {
  #stopped = false;
  #clock: { began: number; states: number } | undefined;
  #fuel = FIRST_FUEL;

  readonly #call: (request: Request) => Promise<Reply>;
  readonly #found: (search: Search) => void;

  constructor(call: (request: Request) => Promise<Reply>, found: (search: Search) => void) {
    this.#call = call;
    this.#found = found;
  }

  /** Starts so, or goes on; ends when nothing is left or it is stopped. */
  async run(start: Request | null): Promise<Reply | null> {
    this.#stopped = false;
    this.#clock = undefined;
    let request: Request = start ?? { type: 'advance', fuel: this.#fuel };
    for (;;) {
      const began = performance.now();
      const reply = await this.#call(request);
      if (reply.type !== 'explored') return reply;
      const { type: _, ...view } = reply;
      const stopped = this.#stopped && view.running;
      this.#found({ view, stopped, statesPerSecond: this.#pace(view.states, performance.now()) });
      if (!view.running || this.#stopped) return null;
      if (request.type === 'advance') this.#adapt(performance.now() - began);
      request = { type: 'advance', fuel: this.#fuel };
    }
  }

  /** Stops after the slice that runs. */
  stop(): void {
    this.#stopped = true;
  }

  /** States per second since the first answer, once that is long enough ago to tell. */
  #pace(states: number, now: number): number | null {
    this.#clock ??= { began: now, states };
    const seconds = (now - this.#clock.began) / 1000;
    return seconds < 0.2 ? null : Math.round((states - this.#clock.states) / seconds);
  }

  #adapt(took: number): void {
    const factor = Math.min(2, Math.max(0.25, SLICE / Math.max(took, 1)));
    this.#fuel = Math.round(Math.min(1_000_000, Math.max(200, this.#fuel * factor)));
  }
}
