/** Searches under several kernels side by side: an engine each, which share nothing. */
import type { EngineClient } from './engine';
import type { ClaimedKernel, ExplorationView } from './protocol';
import { Searching } from './search';
import { wholeEngine } from './whole-engine';

/** A kernel that has no result, and why. */
export interface Refusal {
  readonly kernel: string;
  readonly why: string;
}

/** How far a pool has come. */
export interface PoolView {
  readonly running: boolean;
  /** Kernels searched to the end, or to a limit. */
  readonly done: number;
  readonly all: number;
  /** What the searches at work have found so far. */
  readonly now: readonly ExplorationView[];
  /** Kernels that cannot run the text. */
  readonly refused: readonly Refusal[];
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
  #refused: Refusal[] = [];
  #done = 0;
  #stopped = false;
  #all: number;
  readonly #left: ClaimedKernel[];

  readonly #text: string;
  readonly #listener: PoolListener;
  readonly #start: () => EngineClient;

  constructor(
    text: string,
    kernels: readonly ClaimedKernel[],
    listener: PoolListener,
    start: () => EngineClient = wholeEngine,
  ) {
    this.#text = text;
    this.#left = [...kernels];
    this.#all = kernels.length;
    this.#listener = listener;
    this.#start = start;
  }

  /** More kernels, for a pool that still runs. */
  add(kernels: readonly ClaimedKernel[]): void {
    this.#left.push(...kernels);
    this.#all += kernels.length;
    this.#tell(true);
  }

  /** Ends when every kernel was searched, or the pool is stopped. */
  async run(maxStates: number, processors = navigator.hardwareConcurrency || 1): Promise<void> {
    const left = this.#left;
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

  /** A kernel that cannot run the text, or whose engine is lost, has no result. */
  async #search(engine: EngineClient, kernel: ClaimedKernel, maxStates: number): Promise<void> {
    const refuse = (why: string) => this.#refused.push({ kernel: kernel.name, why });
    try {
      const { base, toggles } = kernel;
      const opened = await engine.call({ type: 'kernel', text: this.#text, base, toggles });
      if (opened.type === 'refused') refuse(opened.diagnostics[0]?.message ?? '');
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
    } catch (error) {
      // The engine was stopped, or has trapped; the next kernel gets a fresh one.
      if (!this.#stopped) refuse(error instanceof Error ? error.message : String(error));
    } finally {
      this.#now.delete(engine);
      this.#done += 1;
      if (!this.#stopped) this.#tell(true);
    }
  }

  #tell(running: boolean): void {
    const now = [...this.#now.values()];
    const refused = [...this.#refused];
    this.#listener.progress({ running, done: this.#done, all: this.#all, now, refused });
  }
}
