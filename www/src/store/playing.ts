/** The trace on the stage: its steps, the cursor in it, and the futures that it has left. */
import { type Fork, forksBeside } from '../forks';
import type { Reply, StateView, StepView } from '../protocol';
import { nearestChange, nextBreak, scheduleOf, sentence } from '../schedule';
import type { Core } from './core';
import type { Linking } from './linking';

/** A trace, its loop, and a state of it. */
type Played = Pick<Extract<Reply, { type: 'played' }>, 'trace' | 'loop_from' | 'state'>;

export class Playing {
  #wanted: number | null = null;
  #ticking: ReturnType<typeof setTimeout> | undefined;

  readonly #core: Core;
  readonly #linking: Linking;

  constructor(core: Core, linking: Linking) {
    this.#core = core;
    this.#linking = linking;
  }

  /** Where the cursor stands, or will. */
  get cursor(): number {
    return this.#wanted ?? this.#core.model.state?.cursor ?? 0;
  }

  /** Makes a step; one that the trace does not have begins another future. */
  async step(choice: string): Promise<void> {
    const { trace, state } = this.#core.model;
    if (!state) return;
    if (trace[state.cursor]?.choice === choice) return this.goTo(state.cursor + 1);
    const why = whyNot(state, choice);
    if (why) return this.#core.set({ spoken: why });
    const reply = await this.#core.ask({ type: 'step', choice });
    if (reply?.type === 'played') this.arrived(reply, this.#left(reply.trace));
  }

  /** Plays a schedule from the start, as the one trace there is. */
  async play(schedule: string, at: number | null = null): Promise<void> {
    const reply = await this.#core.ask({ type: 'play', schedule });
    if (reply?.type !== 'played') return;
    this.arrived(reply, []);
    if (at !== null) await this.goTo(at);
  }

  /** Plays a future that was left again. */
  async bringBack(number: number, cursor?: number): Promise<void> {
    const fork = this.#core.model.forks[number];
    if (!fork) return;
    const reply = await this.#core.ask({ type: 'play', schedule: scheduleOf(fork.trace) });
    if (reply?.type !== 'played') return;
    this.arrived(reply, this.#left(reply.trace));
    await this.goTo(cursor ?? fork.cursor);
  }

  /** Puts a step elsewhere, where the engine can play what comes of it. */
  async move(step: number, by: number): Promise<void> {
    const { moved } = await import('../moving');
    const other = moved(this.#core.model.trace, step, step + by);
    if ('why' in other) return this.#core.set({ spoken: other.why });
    const reply = await this.#core.call({ type: 'play', schedule: other.schedule });
    if (reply.type === 'refused') {
      const why = reply.diagnostics[0]?.message ?? '';
      const spoken = `Step ${step} cannot be moved to ${step + by}: then ${why}.`;
      return this.#core.set({ spoken });
    }
    if (reply.type !== 'played') return;
    this.arrived(reply, this.#left(reply.trace));
    await this.goTo(step + by);
  }

  /** The reader thinks about the start of the race, and sees no step of any witness. */
  async predict(on: boolean): Promise<void> {
    this.#core.set({ predicting: on });
    const { trace, state } = this.#core.model;
    if (!on || trace.length === 0 || !state) return this.#linking.looked();
    const reply = await this.#core.ask({ type: 'play', schedule: '' });
    if (reply?.type !== 'played') return;
    const forks = this.#left([]);
    const { state: start, loop_from: loopFrom } = reply;
    this.#core.set({ trace: [], loopFrom, state: start, forks, spoken: 'At the start.' });
    this.#linking.looked();
  }

  /** A trace that is not the schedule of the text stands on the stage. */
  arrived({ trace, loop_from, state }: Played, forks: readonly Fork[]): void {
    const spoken = sentence(trace, state.cursor, loop_from);
    this.#core.set({ trace, loopFrom: loop_from, state, forks, spoken, ownTrace: true });
    this.#linking.touched();
  }

  /** The futures beside a trace that takes the place of the one on the stage. */
  #left(next: readonly StepView[]): readonly Fork[] {
    const { trace, state, forks } = this.#core.model;
    return forksBeside(next, trace, state?.cursor ?? 0, forks);
  }

  /** A page that is chosen shows its history, too; `null` follows the steps. */
  choose(pfn: number | null): void {
    const word = pfn === null ? this.#core.model.word : { subject: `page ${pfn}`, field: null };
    this.#core.set({ page: pfn, word });
  }

  /** Goes to where a page, or the one that is shown, changes next, or changed before. */
  change(way: 1 | -1, given: number | undefined): void | Promise<void> {
    const { trace, state, page } = this.#core.model;
    const pages = state?.pages ?? [];
    const pfn = given ?? page ?? pages.find((it) => it.changed)?.pfn;
    if (pfn === undefined) return this.#core.set({ spoken: 'Choose a page first.' });
    const at = nearestChange(trace, this.cursor, `page ${pfn}`, way);
    if (at !== null) return this.seek(at);
    const side = way === 1 ? 'after' : 'before';
    this.#core.set({ spoken: `No step ${side} this one changes page ${pfn}.` });
  }

  /** Goes to where a property breaks next. */
  nextBreak(): void | Promise<void> {
    const at = nextBreak(this.#core.model.trace, this.cursor);
    if (at !== null) return this.seek(at);
    this.#core.set({ spoken: 'No step of this trace breaks a property.' });
  }

  /** Scrubbing asks faster than the engine need answer: only the last wish counts. */
  async seek(cursor: number): Promise<void> {
    const wanted = Math.min(Math.max(cursor, 0), this.#core.model.trace.length);
    const running = this.#wanted !== null;
    this.#wanted = wanted;
    if (running) return;
    await this.#core.do(async () => {
      try {
        for (let to = this.#wanted; to !== null; ) {
          await this.goTo(to);
          to = this.#wanted === to ? null : this.#wanted;
        }
      } finally {
        this.#wanted = null;
      }
    });
  }

  /** Goes there, for who is in the queue already. */
  async goTo(cursor: number): Promise<void> {
    if (cursor === this.#core.model.state?.cursor) return;
    const reply = await this.#core.ask({ type: 'seek', cursor });
    if (reply?.type !== 'moved') return;
    const { state } = reply;
    const { trace, loopFrom } = this.#core.model;
    this.#core.set({ state, spoken: sentence(trace, state.cursor, loopFrom) });
    this.#linking.soon();
  }

  /** One step after the other, until the end or the next wish. */
  resume(): void {
    const { state, trace, notice } = this.#core.model;
    if (!state || trace.length === 0 || notice?.kind === 'lost') return;
    this.#core.set({ playing: true });
    const tick = async () => {
      const { state, trace, playing } = this.#core.model;
      const at = state?.cursor ?? 0;
      if (!playing || at >= trace.length) return this.pause();
      await this.seek(at + 1);
      if (this.#core.model.playing) this.#next(tick);
    };
    const first = state.cursor >= trace.length ? this.seek(0) : Promise.resolve();
    this.#next(() => void first.then(tick));
  }

  #next(tick: () => void): void {
    clearTimeout(this.#ticking);
    this.#ticking = setTimeout(tick, 1000 / this.#core.model.stepsPerSecond);
  }

  /** Ends that. */
  pause(): void {
    clearTimeout(this.#ticking);
    if (this.#core.model.playing) this.#core.set({ playing: false });
  }
}

/** Why a lane cannot make a step, or its interrupt or call come; undefined where it can. */
function whyNot(state: StateView, choice: string): string | null | undefined {
  const [, cpu, kind] = /^(\d+)([icd]?)$/.exec(choice) ?? [];
  const lane = state.lanes.find((it) => String(it.cpu) === cpu);
  if (!lane) return `There is no CPU${choice}.`;
  if (!kind) return lane.why_not;
  const reasons: Record<string, string | null | undefined> = {
    i: lane.why_no_interrupt,
    c: lane.why_no_call,
    d: lane.why_no_drain,
  };
  return reasons[kind];
}
