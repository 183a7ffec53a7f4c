/** Puts a text, or another kernel, on the stage. */
import type { Action } from '../actions';
import { recorded } from '../history';
import type { Keeper } from '../keep';
import type { Model } from '../model';
import type { Diagnostic, Reply, StopView } from '../protocol';
import { nextBreak, scheduleOf } from '../schedule';
import type { Core } from './core';
import type { Linking } from './linking';
import type { Playing } from './playing';
import { every, type Searches } from './searches';

type Opened = Extract<Reply, { type: 'opened' }>;
type Switch = Extract<Action, { type: 'kernel' }>;

export class Staging {
  readonly #core: Core;
  readonly #linking: Linking;
  readonly #playing: Playing;
  readonly #searches: Searches;
  readonly #keeper: Keeper;

  constructor(core: Core, linking: Linking, playing: Playing, searches: Searches, keeper: Keeper) {
    this.#core = core;
    this.#linking = linking;
    this.#playing = playing;
    this.#searches = searches;
    this.#keeper = keeper;
  }

  /**
   * Opens a text, and goes to `at`, or to the first step that breaks a property: the race shows
   * at once. What is wrong with the text, or null when it stands on the stage.
   */
  async open(
    text: string,
    patch: Partial<Model>,
    at: number | null,
    type: 'open' | 'edit' = 'open',
  ): Promise<Diagnostic[] | null> {
    this.#playing.pause();
    this.#searches.stop();
    this.#keeper.begins(text);
    const reply = await this.#core.call({ type, text });
    this.#keeper.ends();
    if (reply.type === 'refused') return reply.diagnostics;
    if (reply.type === 'opened') {
      const { draft, stash } = this.#core.model;
      this.#searches.dropKernels();
      this.#opened(reply, {
        stash: draft ?? stash,
        draft: null,
        pool: null,
        opened: reply,
        searched: [],
        search: null,
        ...patch,
      });
      if (this.#core.model.predicting) await this.#playing.predict(true);
      const best = at ?? nextBreak(this.#core.model.trace, 0);
      if (best !== null) await this.#playing.goTo(best);
      const why = reply.unplayed?.message;
      if (why !== undefined) this.#core.set({ notice: { kind: 'unscheduled', why } });
    }
    return null;
  }

  #opened({ text, scenario, trace, loop_from, state }: Opened, patch: Partial<Model>): void {
    const spoken = `${scenario.title}. Step ${state.cursor} of ${trace.length}.`;
    this.#searches.drop();
    const { entry, history } = { ...this.#core.model, ...patch };
    this.#core.set({
      history: recorded(history, { text, entry }),
      text,
      scenario,
      trace,
      ownTrace: false,
      loopFrom: loop_from,
      state,
      spoken,
      forks: [],
      word: null,
      diagnostics: [],
      promised: null,
      notice: null,
      shared: null,
      page: null,
      ...patch,
    });
  }

  /** Another kernel under the same text. A search goes on there, too. */
  async kernel({ base, toggles, schedule }: Switch): Promise<void> {
    const again = this.#core.model.search !== null;
    this.#searches.stop();
    const reply = await this.#core.ask({ type: 'kernel', base, toggles });
    if (reply?.type !== 'opened') return;
    const { draft, page, trace, ownTrace } = this.#core.model;
    const own = schedule ?? (ownTrace ? scheduleOf(trace) : null);
    this.#opened(reply, { search: null, draft, page });
    // A trace of the reader's own goes on under the other kernel, where it can.
    const same = own === null ? null : await this.#core.call({ type: 'play', schedule: own });
    if (same?.type === 'played') this.#playing.arrived(same, []);
    const unplayed = same?.type === 'refused' ? same.diagnostics[0] : same ? null : reply.unplayed;
    if (unplayed) {
      const { kernel } = reply.scenario;
      this.#core.set({ notice: { kind: 'unplayed', kernel, why: unplayed.message, steps: own } });
    }
    if (this.#core.model.predicting) await this.#playing.predict(true);
    const broken = nextBreak(this.#core.model.trace, 0);
    if (broken !== null) await this.#playing.goTo(broken);
    this.#linking.touched();
    if (again) void this.#searches.run(every());
  }

  /** To a stop of a tour, whose steps run on its kernel. */
  async visit({ kernel, base, toggles, schedule, at, page }: StopView): Promise<void> {
    if (this.#core.model.scenario?.kernel !== kernel) {
      this.#core.set({ ownTrace: false });
      await this.kernel({ type: 'kernel', base, toggles });
      this.#core.set({ notice: null });
    }
    if (scheduleOf(this.#core.model.trace) !== schedule) await this.#playing.play(schedule);
    await this.#playing.goTo(at);
    this.#core.set({ page });
  }
}
