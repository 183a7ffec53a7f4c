/** What is wrong with a draft, asked for when the typing pauses. The stage does not notice. */
import type { Diagnostic, Reply, Request } from './protocol';

/** How long a pause is, in ms, and how long to wait where an answer takes a larger engine. */
const PAUSE = 300;
const LOADING = 1000;
/** How often to ask again for it. */
const TRIES = 20;

/** Asks the engine about the last draft that it was told of. */
export class Checking {
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #call: (request: Request) => Promise<Reply>;
  readonly #found: (draft: string | null, diagnostics: readonly Diagnostic[]) => void;

  constructor(
    call: (request: Request) => Promise<Reply>,
    found: (draft: string | null, diagnostics: readonly Diagnostic[]) => void,
  ) {
    this.#call = call;
    this.#found = found;
  }

  /** A draft has changed; no draft has nothing wrong. */
  soon(draft: string | null): void {
    clearTimeout(this.#timer);
    if (draft === null) this.#found(null, []);
    else this.#timer = setTimeout(() => void this.#check(draft, TRIES), PAUSE);
  }

  async #check(text: string, tries: number): Promise<void> {
    const timer = this.#timer;
    // Whoever needs the engine for more than a look is told when it is lost.
    const reply = await this.#call({ type: 'check', text }).catch(() => null);
    if (reply?.type === 'checked') this.#found(text, reply.diagnostics);
    else if (reply && tries > 0 && timer === this.#timer)
      this.#timer = setTimeout(() => void this.#check(text, tries - 1), LOADING);
  }
}
