/** A second engine: what it opens and plays leaves the stage alone. */
import type { ClaimedKernel, Reply, Request } from './protocol';
import { wholeEngine } from './whole-engine';

/** A request was refused; the message says why. */
export class Refused extends Error {
  override name = 'Refused';
}

type Answer<T extends Reply['type']> = Extract<Reply, { type: T }>;

/** An engine with questions whose answers have a known type. */
export class Aside {
  readonly #engine = wholeEngine();

  /** Asks; whatever else comes back is an error. */
  async ask<T extends Reply['type']>(request: Request, type: T): Promise<Answer<T>> {
    const reply = await this.#engine.call(request);
    if (reply.type === type) return reply as Answer<T>;
    const why = reply.type === 'refused' ? reply.diagnostics[0]?.message : reply.type;
    throw new Refused(why ?? '');
  }

  /** Any answer. */
  call(request: Request): Promise<Reply> {
    return this.#engine.call(request);
  }

  /** The text under a kernel, whether or not its schedule runs there. */
  async open(text: string, { base, toggles }: ClaimedKernel): Promise<Answer<'opened'>> {
    return this.ask({ type: 'kernel', text, base, toggles }, 'opened');
  }

  /** Ends its thread; the next question starts another. */
  close(): void {
    this.#engine.lose('it is not needed any more');
  }
}
