/** Searches under several kernels side by side: an engine each, which share nothing. */
import type { EngineClient } from './engine';
import type { ClaimedKernel, ExplorationView } from './protocol';
import { Searching, searchEngine } from './search';

/** How far a pool has come. */
export interface PoolView {
  readonly running: boolean;
  /** Kernels searched to the end, or to a limit. */
  readonly done: number;
  readonly all: number;
  /** What the searches at work have found so far. */
  readonly now: readonly ExplorationView[];
}

/** What a pool tells, each time something has changed. */
export interface PoolListener {
  progress(view: PoolView): void;
  /** A search has come to its end. */
  found(view: ExplorationView): void;
}

const MOST_WORKERS = 4;

/** One search for each kernel, as many at a time as there are processors for it. */
export class Pool {
  #engines: EngineClient[] = [];
  #now = new Map<EngineClient, ExplorationView>();
  #done = 0;
  #stopped = false;

  readonly #text: string;
  readonly #kernels: readonly ClaimedKernel[];
  readonly #listener: PoolListener;
  readonly #start: () => EngineClient;

  constructor(
    text: string,
    kernels: readonly ClaimedKernel[],
    listener: PoolListener,
    start: () => EngineClient = searchEngine,
  ) {
    this.#text = text;
    this.#kernels = kernels;
    this.#listener = listener;
    this.#start = start;
  }

  /** Ends when every kernel was searched, or the pool is stopped. */
  async run(maxStates: number, processors = navigator.hardwareConcurrency || 1): Promise<void> {
    const left = [...this.#kernels];
    const workers = Math.max(1, Math.min(processors, MOST_WORKERS, left.length));
    this.#engines = Array.from({ length: workers }, this.#start);
    this.#tell(true);
    await Promise.all(
      this.#engines.map(async (engine) => {
        for (let next = left.shift(); next && !this.#stopped; next = left.shift())
          await this.#search(engine, next, maxStates);
      }),
    );
    if (!this.#stopped) this.stop();
  }

  /** Throws all engines away: a search that is under way ends at once. */
  stop(): void {
    this.#stopped = true;
    for (const engine of this.#engines) engine.lose('the search was stopped');
    this.#engines = [];
    this.#now.clear();
    this.#tell(false);
  }

  /** A kernel whose engine is lost, or that cannot run the text, has no result. */
  async #search(engine: EngineClient, kernel: ClaimedKernel, maxStates: number): Promise<void> {
    try {
      const { base, toggles } = kernel;
      const stage = { text: this.#text, schedule: '', cursor: 0 };
      await engine.call({ type: 'take_over', ...stage });
      const opened = await engine.call({ type: 'kernel', base, toggles });
      if (opened.type !== 'opened' || this.#stopped) return;
      const searching = new Searching(
        (request) => engine.call(request),
        ({ view }) => {
          if (this.#stopped) return;
          this.#now.set(engine, view);
          this.#tell(true);
          if (!view.running) this.#listener.found(view);
        },
      );
      await searching.run({ type: 'explore', max_states: maxStates });
    } catch {
      // The engine was stopped, or has trapped; the next kernel gets a fresh one.
    } finally {
      this.#now.delete(engine);
      this.#done += 1;
      if (!this.#stopped) this.#tell(true);
    }
  }

  #tell(running: boolean): void {
    const now = [...this.#now.values()];
    this.#listener.progress({ running, done: this.#done, all: this.#kernels.length, now });
  }
}
