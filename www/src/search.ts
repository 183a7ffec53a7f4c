/** Drives a search in slices, so that it can be followed, and stopped. */
import type { EngineClient } from './engine';
import type { Search } from './model';
import type { Reply, Request } from './protocol';
import { wholeEngine } from './whole-engine';

/** How long a slice should take, in ms: short enough to cancel at once, long enough to be cheap. */
const SLICE = 30;
const FIRST_FUEL = 2_000;

/** A search of which nothing is known yet: its module may have to be loaded. */
export const begun = (kernel: string): Search => ({
  view: {
    kernel,
    states: 0,
    transitions: 0,
    reduced: false,
    missed: null,
    depth: 0,
    running: true,
    complete: false,
    limit: null,
    outcomes: [],
    expectations: [],
    elsewhere: [],
    starving: null,
    sample: null,
  },
  stopped: false,
  statesPerSecond: null,
});

/** One search. Stopping it keeps what is known, and it can go on. */
export class Searching {
  #stopped = false;
  #last: Search | undefined;
  #clock: { began: number; states: number } | undefined;
  #fuel = FIRST_FUEL;

  readonly #call: (request: Request) => Promise<Reply>;
  readonly #found: (search: Search) => void;

  constructor(call: (request: Request) => Promise<Reply>, found: (search: Search) => void) {
    this.#call = call;
    this.#found = found;
  }

  /**
   * Starts so, or goes on; ends when nothing is left or it is stopped. A text is opened first; that
   * its own schedule may not run does not matter.
   */
  async run(start: Request | null, text: string | null = null): Promise<Reply | null> {
    this.#stopped = false;
    this.#clock = undefined;
    if (text !== null) {
      const opened = await this.#call({ type: 'take_over', text, schedule: '', cursor: 0 });
      if (opened.type !== 'opened') return opened;
    }
    let request: Request = start ?? { type: 'advance', fuel: this.#fuel };
    for (;;) {
      const began = performance.now();
      const reply = await this.#call(request);
      if (reply.type !== 'explored') return reply;
      const { type: _, ...view } = reply;
      const stopped = this.#stopped && view.running;
      this.#last = { view, stopped, statesPerSecond: this.#pace(view.states, performance.now()) };
      this.#found(this.#last);
      if (!view.running || this.#stopped) return null;
      if (request.type === 'advance') this.#adapt(performance.now() - began);
      request = { type: 'advance', fuel: this.#fuel };
    }
  }

  /** Stops, which is told at once; what the slice that runs still finds is told behind it. */
  stop(): void {
    this.#stopped = true;
    if (this.#last?.view.running) this.#found({ ...this.#last, stopped: true });
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

/**
 * The search of the stage. It has a thread and a module of its own: the stage answers meanwhile, a
 * search that is too large for the machine takes nothing else with it, and the memory of a module,
 * which never shrinks, goes when the thread is thrown away.
 */
export class Searcher {
  #searching: Searching | undefined;
  /** What the engine has open. */
  #text: string | null = null;

  readonly #engine: EngineClient;

  constructor(engine: EngineClient = wholeEngine()) {
    this.#engine = engine;
  }

  /** Loads the module, so that the first search need not wait for it. */
  prepare(): void {
    this.#engine.prepare();
  }

  /** Starts on a text, or goes on where `start` is null; a reply that is no progress ends it. */
  async run(
    text: string,
    start: Request | null,
    found: (search: Search) => void,
  ): Promise<Reply | null> {
    const searching: Searching = new Searching(
      (request) => this.#engine.call(request),
      (search) => this.#searching === searching && found(search),
    );
    this.#searching = searching;
    const opens = start !== null && this.#text !== text;
    try {
      this.#text = start === null ? this.#text : text;
      return await searching.run(start, opens ? text : null);
    } catch (error) {
      if (this.#searching !== searching) return null; // it was thrown away
      this.#text = null;
      throw error;
    }
  }

  /** Stops; the search can go on. */
  stop(): void {
    this.#searching?.stop();
  }

  /** Another scenario is on the stage. */
  drop(): void {
    this.#searching = undefined;
    if (this.#text !== null) this.#engine.lose('another scenario was opened');
    this.#text = null;
  }
}
