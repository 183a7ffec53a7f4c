/** Does what messages ask of a race, one after the other, and answers each. */
import { type Heard, heard, type Id, type Wish } from './messages';
import type { PageRace } from './race';
import { headOf } from './source';
import { place, type Told, verdict, wholeState } from './telling';

/** So many may wait; what comes then is refused. */
const MOST_WAITING = 64;

/** An answer, or what is told unasked. */
export type Sent = Told & { pagerace: 1; id?: Id };

export class Talk {
  #waiting = 0;
  #queue: Promise<void> = Promise.resolve();
  readonly #race: PageRace;
  readonly #send: (message: Sent) => void;

  constructor(race: PageRace, send: (message: Sent) => void) {
    this.#race = race;
    this.#send = send;
  }

  /** Takes whatever came. */
  take(data: unknown): void {
    const message = heard(data);
    if (!message) return;
    if (this.#waiting >= MOST_WAITING) {
      this.#refuse(message, 'too many messages wait');
      return;
    }
    this.#waiting += 1;
    this.#queue = this.#queue.then(async () => {
      await this.#answer(message);
      this.#waiting -= 1;
    });
  }

  async #answer(message: Heard): Promise<void> {
    const { wish, id } = message;
    if ('why' in wish) return this.#refuse(message, wish.why);
    try {
      const told = await this.#do(wish);
      if ('why' in told) this.#refuse(message, told.why);
      else this.#send({ pagerace: 1, ...(id === null ? {} : { id }), ...told });
    } catch (error) {
      this.#refuse(message, error instanceof Error ? error.message : String(error));
    }
  }

  #refuse({ id, type }: Heard, message: string): void {
    const named = id === null ? {} : { id };
    this.#send({ pagerace: 1, ...named, type: 'error', of: type, message });
  }

  async #do(wish: Wish): Promise<Told | { why: string }> {
    const race = this.#race;
    switch (wish.type) {
      case 'hello':
        return { type: 'ready', started: race.started };
      case 'theme':
        race.theme = wish.theme;
        return this.#state();
      case 'load':
        return this.#load(wish);
    }
    await race.start();
    if (!race.stage.state) return { why: 'no race stands here' };
    switch (wish.type) {
      case 'getState':
        return this.#state();
      case 'step':
        return this.#step(wish.choice);
      case 'seek':
        await race.act({ type: 'seek', cursor: wish.at });
        return { type: 'step', ...place(race.stage) };
      case 'run':
        return this.#run(wish.schedule);
      case 'explore':
        return this.#explore(wish.maxStates);
    }
  }

  #state(): Told {
    return { type: 'state', ...wholeState(this.#race.stage, this.#race.link) };
  }

  async #load({ scenario, at }: Extract<Wish, { type: 'load' }>): Promise<Told | { why: string }> {
    const found = await headOf(scenario);
    if ('why' in found) return found;
    const why = await this.#race.load(found.head, at);
    return why.length > 0 ? { why: why.join(' ') } : this.#state();
  }

  async #step(choice: string | null): Promise<Told | { why: string }> {
    const race = this.#race;
    const { state } = race.stage;
    await race.act(choice === null ? { type: 'forward' } : { type: 'step', choice });
    if (race.stage.state === state) return { why: race.stage.spoken || 'there is no step' };
    return { type: 'step', ...place(race.stage) };
  }

  /** A schedule from the start; without one, what is left of the trace, as time goes. */
  async #run(schedule: string | null): Promise<Told | { why: string }> {
    const race = this.#race;
    if (schedule === null) {
      if (!race.stage.playing) await race.act({ type: 'play_pause' });
      return { type: 'step', ...place(race.stage) };
    }
    await race.act({ type: 'witness', schedule });
    const { notice } = race.stage;
    if (notice?.kind !== 'refused') return { type: 'step', ...place(race.stage) };
    await race.act({ type: 'dismiss' });
    return { why: notice.diagnostics[0]?.message ?? 'the schedule does not run' };
  }

  async #explore(maxStates: number | null): Promise<Told | { why: string }> {
    const race = this.#race;
    await race.act({ type: 'explore', ...(maxStates !== null && { maxStates }) });
    const { search, notice } = race.stage;
    if (search && notice?.kind !== 'lost') return { type: 'verdict', ...verdict(search.view) };
    return { why: notice?.kind === 'lost' ? notice.why : 'nothing was searched' };
  }
}
