/** The address, the links and the work that is kept follow what stands on the page. */
import { AddressLine, type Surroundings, type Written } from '../address';
import { outcomesDigest } from '../digest';
import { inGallery } from '../gallery';
import type { Look } from '../hash';
import { amended } from '../history';
import type { Keeper } from '../keep';
import { type NoLink, pack } from '../link';
import { nextBreak } from '../schedule';
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

  /** Makes a link to what is on the stage. */
  async share(): Promise<void> {
    this.#core.set({ shared: { link: await this.#made(), copied: null } });
  }

  /** And puts it on the clipboard. */
  async copy(): Promise<void> {
    const link = await this.#made();
    if ('why' in link) return this.#core.set({ shared: { link, copied: null } });
    const copied = await this.#around.copy(link.url).then(
      () => true,
      () => false,
    );
    const spoken = copied ? 'Link copied.' : 'The clipboard is refused.';
    this.#core.set({ shared: { link, copied }, spoken });
  }

  async #made(): Promise<{ url: string } | NoLink> {
    const why = await this.#link();
    return why === null ? { url: this.#around.base() + this.#address.hash() } : { why };
  }

  /** The stage has a text from elsewhere. The address before it stays in the browser's history; a
   * text that is too long for one outlives a reload as kept work. */
  async stands(): Promise<void> {
    this.#address.left();
    if ((await this.#link('push')) !== null) this.#keep();
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
  async #link(how: Written = 'replace'): Promise<string | null> {
    const text = await this.#textWithTrace();
    const packed = await this.#packed(text);
    if ('why' in packed) return packed.why;
    const { history, text: stood } = this.#core.model;
    if (text !== stood) {
      const now = history.now?.text === stood ? amended(history, text) : history;
      this.#core.set({ text, history: now });
    }
    this.#address.says(packed.payload, how);
    return null;
  }

  /** A scenario of the gallery has a link that can be read. */
  async #packed(text: string): Promise<{ payload: string } | NoLink> {
    const { entry } = this.#core.model;
    const ours = entry !== null && (await inGallery(entry))?.text === text;
    return ours ? { payload: `g=${entry}` } : pack(text);
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
    const { state, trace, panel, guide, predicting, search, promised } = this.#core.model;
    const shows = nextBreak(trace, 0) ?? trace.length;
    const at = state && (guide || state.cursor !== shows) ? state.cursor : null;
    const outcomes = (search && outcomesDigest(search.view)) ?? promised;
    return {
      at,
      view: panel,
      guide: guide?.kind ?? null,
      ...(predicting && { predict: true }),
      ...(outcomes !== null && { outcomes }),
    };
  }
}
