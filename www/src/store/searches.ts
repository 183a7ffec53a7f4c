/** The searches: of the scenario on the stage, and under other kernels beside it. */
import type { Action } from '../actions';
import { outcomesDigest } from '../digest';
import { whenIdle } from '../idle';
import type { Keeper } from '../keep';
import type { Pool } from '../pool';
import type { ExplorationView, Request } from '../protocol';
import { begun, Searcher } from '../search';
import { spokenOf } from '../wording';
import type { Core } from './core';

/** After how many states a search stops, unless the reader wants more. */
const MAX_STATES = 1_000_000;

/** And under each of the other kernels, several of which are searched at a time. */
const POOL_STATES = 200_000;

/** Every interleaving. */
export const every = (max_states = MAX_STATES): Request => ({ type: 'explore', max_states });

export class Searches {
  #pool: Pool | undefined;

  readonly #searcher = new Searcher();
  readonly #core: Core;
  readonly #keeper: Keeper;

  constructor(core: Core, keeper: Keeper) {
    this.#core = core;
    this.#keeper = keeper;
  }

  /** Loads what the first search needs, when there is nothing better to do. */
  prepare(): void {
    whenIdle(() => this.#searcher.prepare());
  }

  /** Starts so, or goes on. */
  async run(start: Request | null): Promise<void> {
    const { scenario, search, notice, text } = this.#core.model;
    if (!scenario || notice?.kind === 'lost' || (search?.view.running && !search.stopped)) return;
    this.#core.doing = 'explore';
    this.#keeper.begins(text);
    if (!search) this.#core.set({ search: begun(scenario.kernel) });
    try {
      const other = await this.#searcher.run(text, start, (search) => {
        const { searched: before, search: last, spoken: said, predicting } = this.#core.model;
        const searched = search.view.running ? before : this.#searchedWith(search.view);
        // How many outcomes there are is for the reader to predict.
        const spoken = (predicting ? null : spokenOf(search, last)) ?? said;
        this.#core.set({ search, searched, spoken });
        this.#compare(search.view);
      });
      this.#keeper.ends();
      if (other?.type === 'refused') {
        const { diagnostics } = other;
        this.#core.set({ notice: { kind: 'refused', diagnostics }, search });
      }
    } catch (error) {
      this.#core.lost(error);
    }
  }

  /** What the link said of the outcomes, once, as soon as all are known. */
  #compare(view: ExplorationView): void {
    const { promised, notice } = this.#core.model;
    const digest = outcomesDigest(view);
    if (promised === null || digest === null) return;
    const other = digest !== promised && notice === null;
    this.#core.set({ promised: null, ...(other && { notice: { kind: 'changed' } }) });
  }

  /** Stops the search, which can go on. */
  stop(): void {
    this.#searcher.stop();
  }

  /** Another scenario, or kernel, is on the stage. */
  drop(): void {
    this.#searcher.drop();
  }

  #searchedWith(view: ExplorationView): readonly ExplorationView[] {
    return [...this.#core.model.searched.filter((it) => it.kernel !== view.kernel), view];
  }

  /** Searches under other kernels, side by side. */
  async runKernels(wish: Extract<Action, { type: 'search_kernels' }>): Promise<void> {
    const { text, kernels } = wish;
    if (this.#core.model.pool?.running) return this.#pool?.add(kernels);
    const { Pool } = await import('../pool');
    const pool: Pool = new Pool(text, kernels, {
      progress: (view) => {
        if (this.#pool !== pool) return;
        const { pool: last, spoken: said } = this.#core.model;
        const ended = last?.running && !view.running;
        const spoken = ended ? `${view.done} of ${view.all} kernels searched.` : said;
        this.#core.set({ pool: view, spoken });
      },
      found: (view) => {
        if (this.#pool === pool) this.#core.set({ searched: this.#searchedWith(view) });
      },
    });
    this.#pool = pool;
    await pool.run(POOL_STATES);
  }

  /** Ends them; what they have found stays. */
  stopKernels(): void {
    this.#pool?.stop();
  }

  /** Ends them, and nothing more is heard of them. */
  dropKernels(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    pool?.stop();
  }
}
