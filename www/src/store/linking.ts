/** The address, the links and the work that is kept follow what stands on the page. */
import { AddressLine, type Surroundings, type Written } from '../address';
import type { Look } from '../hash';
import { amended } from '../history';
import type { Keeper } from '../keep';
import { pack } from '../link';
import type { Core } from './core';

export class Linking {
  readonly #core: Core;
  readonly #around: Surroundings;
  readonly #keeper: Keeper;
  readonly #address: AddressLine;

  constructor(core: Core, around: Surroundings, keeper: Keeper) {
    this.#core = core;
    this.#around = around;
    this.#keeper = keeper;
    this.#address = new AddressLine(
      (hash, push) => around.writeHash(hash, push),
      () => this.#look(),
    );
  }

  /** The address says what is on the stage from now on. */
  says(head: string, how: Written): void {
    this.#address.says(head, how);
  }

  /** It says how that is looked at. */
  looked(): void {
    this.#address.write();
  }

  /** The stage has left what the address says; it follows as soon as things are calm. */
  touched(): void {
    this.#address.left();
    this.soon();
  }

  /** Follows as soon as things are calm. */
  soon(): void {
    this.#address.soon(() => void this.#core.do(() => this.#sync()));
  }

  /** Makes a link to what is on the stage, and puts it on the clipboard. */
  async share(): Promise<void> {
    const why = await this.#link();
    if (why) {
      const diagnostic = { line: 0, column: 0, message: why, hint: null };
      return this.#core.set({ notice: { kind: 'refused', diagnostics: [diagnostic] } });
    }
    const url = this.#around.base() + this.#address.hash();
    const done = this.#around.copy(url);
    const copied = await done.then(
      () => true,
      () => false,
    );
    this.#core.set({
      shared: { url, copied },
      spoken: copied ? 'Link copied.' : 'The clipboard is refused.',
    });
  }

  async #sync(): Promise<void> {
    const { notice, draft } = this.#core.model;
    if (draft !== null) this.#keep();
    if (notice?.kind === 'lost' || notice?.kind === 'bad_link' || notice?.kind === 'stopped')
      return;
    if (this.#address.current) return this.#address.write();
    await this.#link();
    this.#keep();
  }

  #keep(): void {
    const { scenario, text, draft } = this.#core.model;
    this.#keeper.keep({ title: scenario?.title ?? '', text, draft });
  }

  /** The address and the text say what is on the stage from now on; why they cannot, if so. */
  async #link(): Promise<string | null> {
    const text = await this.#textWithTrace();
    const packed = await pack(text);
    if ('why' in packed) return packed.why;
    const { history, text: stood } = this.#core.model;
    if (text !== stood) {
      const now = history.now?.text === stood ? amended(history, text) : history;
      this.#core.set({ text, history: now });
    }
    this.#address.says(packed.payload);
    return null;
  }

  /** The scenario with the trace as its schedule. Where the reader has not changed the trace, the
   * text says it already, or says what did not run on this kernel and may on the next. */
  async #textWithTrace(): Promise<string> {
    const { ownTrace, text } = this.#core.model;
    if (!ownTrace) return text;
    const reply = await this.#core.call({ type: 'share' });
    return reply.type === 'shared' ? reply.text : this.#core.model.text;
  }

  #look(): Look {
    const { state, trace, panel, guide, predicting } = this.#core.model;
    const at = state && (guide || state.cursor !== trace.length) ? state.cursor : null;
    return { at, view: panel, guide: guide?.kind ?? null, ...(predicting && { predict: true }) };
  }
}
