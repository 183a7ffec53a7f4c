/** What every part of the store stands on: the model, and the engine of the stage. */
import { type EngineClient, EngineLost } from '../engine';
import { EMPTY, type Model } from '../model';
import type { Reply, Request } from '../protocol';

/** The one model, and one queue for what is asked of the engine. */
export class Core {
  /** What is at work, for whom it is told when it fails. */
  doing = 'starting';
  #model: Model = EMPTY;
  #queue: Promise<unknown> = Promise.resolve();

  readonly #engine: EngineClient;
  readonly #changed: () => void;

  /** `changed` is called whenever the model was replaced. */
  constructor(engine: EngineClient, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  /** What to show now. */
  get model(): Model {
    return this.#model;
  }

  /** Replaces parts of the model. */
  set(patch: Partial<Model>): void {
    this.#model = { ...this.#model, ...patch };
    this.#changed();
  }

  /** One thing after the other; a lost engine becomes a notice. */
  do(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work).catch((error: unknown) => this.lost(error));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** The engine is gone, and what stands on the page stays. */
  lost(error: unknown): void {
    if (!(error instanceof EngineLost)) throw error;
    const { search } = this.#model;
    this.set({
      notice: { kind: 'lost', why: error.message, doing: this.doing },
      search: search?.view.running ? { ...search, stopped: true } : search,
      playing: false,
    });
  }

  /** Asks the engine, whatever it answers. */
  call(request: Request): Promise<Reply> {
    this.doing = request.type;
    return this.#engine.call(request);
  }

  /** A call about the scenario on the stage; a refusal becomes a notice. */
  async ask(request: Request): Promise<Reply | null> {
    if (this.#model.notice?.kind === 'lost') return null;
    const reply = await this.call(request);
    if (reply.type !== 'refused') return reply;
    this.set({ notice: { kind: 'refused', diagnostics: reply.diagnostics } });
    return null;
  }
}
