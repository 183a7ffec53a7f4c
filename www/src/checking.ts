/** What is wrong with a draft, asked for when the typing pauses. The stage does not notice. */
import type { EngineClient } from './engine';
import type { Diagnostic } from './protocol';
import { wholeEngine } from './whole-engine';

/** How long a pause is, in ms. */
const PAUSE = 300;

/** Asks an engine of its own about the last draft that it was told of. */
export class Checking {
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #found: (draft: string | null, diagnostics: readonly Diagnostic[]) => void;
  readonly #engine: Pick<EngineClient, 'call'>;

  constructor(
    found: (draft: string | null, diagnostics: readonly Diagnostic[]) => void,
    engine: Pick<EngineClient, 'call'> = wholeEngine(),
  ) {
    this.#found = found;
    this.#engine = engine;
  }

  /** A draft has changed; no draft has nothing wrong. */
  soon(draft: string | null): void {
    clearTimeout(this.#timer);
    if (draft === null) this.#found(null, []);
    else this.#timer = setTimeout(() => void this.#check(draft), PAUSE);
  }

  async #check(text: string): Promise<void> {
    // Whoever needs an engine for more than a look is told when it is lost.
    const reply = await this.#engine.call({ type: 'check', text }).catch(() => null);
    if (reply?.type === 'checked') this.#found(text, reply.diagnostics);
  }
}
