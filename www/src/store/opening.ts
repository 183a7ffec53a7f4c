/** What an address, the gallery or the reader's last work says is opened. */
import { front, inGallery } from '../gallery';
import type { Address } from '../hash';
import type { Keeper } from '../keep';
import { unpack } from '../link';
import type { Opening } from '../model';
import type { Diagnostic } from '../protocol';
import { scheduleOf } from '../schedule';
import type { Core } from './core';
import type { Linking } from './linking';
import type { Playing } from './playing';
import type { Staging } from './staging';

export class Opener {
  readonly #core: Core;
  readonly #linking: Linking;
  readonly #playing: Playing;
  readonly #staging: Staging;
  readonly #keeper: Keeper;

  constructor(core: Core, linking: Linking, playing: Playing, staging: Staging, keeper: Keeper) {
    this.#core = core;
    this.#linking = linking;
    this.#playing = playing;
    this.#staging = staging;
    this.#keeper = keeper;
  }

  /** `push` leaves the address that stood there in the browser's history. */
  async address(address: Address, push = false): Promise<void> {
    const { at, view, guide, outcomes } = address;
    const look = { at, view, guide, ...(outcomes !== undefined && { outcomes }) };
    if (address.predict) this.#core.set({ predicting: true });
    const bad = (why: string, raw: string) => this.#badLink(why, raw);
    switch (address.kind) {
      case 'none': {
        const { text, name } = front;
        return this.text({ text, head: `g=${name}`, entry: name, ...look, how: 'silent' });
      }
      case 'gallery': {
        const { name } = address;
        const text = (await inGallery(name))?.text;
        if (text === undefined) return bad(`The gallery has no scenario "${name}".`, `g=${name}`);
        const how = push ? 'push' : 'replace';
        return this.text({ text, head: `g=${name}`, entry: name, ...look, how });
      }
      case 'payload': {
        const { payload: head } = address;
        const unpacked = await unpack(head);
        if ('why' in unpacked) return bad(unpacked.why, head);
        const { text } = unpacked;
        const opening: Opening = { text, head, entry: null, ...look, how: 'replace' };
        if (!this.#keeper.stoppedAt(text)) return this.text(opening);
        await this.#underneath();
        return this.#core.set({ notice: { kind: 'stopped', opening } });
      }
      case 'bad':
        return bad(address.why, address.raw);
    }
  }

  /** A text that cannot be opened stands in the editor. */
  async text({ text, head, entry, at, view, guide: kind, outcomes, how }: Opening): Promise<void> {
    const guide = kind && { kind, here: true };
    const patch = view === null ? { guide } : { guide, panel: view };
    const promised = outcomes ?? null;
    const diagnostics = await this.#staging.open(text, { entry, promised, ...patch }, at);
    if (diagnostics === null) return this.#linking.says(head, how);
    this.#core.set(patch);
    this.#edits(text, diagnostics);
    if (this.#core.model.state === null) await this.#underneath();
  }

  /** What is wrong with a text is for the reader to mend. */
  #edits(text: string, diagnostics: readonly Diagnostic[]): void {
    const { draft, stash } = this.#core.model;
    this.#core.set({ draft: text, stash: draft ?? stash, diagnostics, panel: 'text' });
  }

  /** A scenario from a file. What is refused changes nothing, and a text with mistakes is told. */
  async files(files: readonly File[]): Promise<void> {
    const { inFile } = await import('../share/files');
    const read = await inFile(files);
    const { name } = read;
    const bad = (why: string | readonly Diagnostic[]) =>
      this.#core.set({ notice: { kind: 'bad_file', name, why } });
    if ('why' in read) return bad(read.why);
    const { text } = read;
    const entry = await entryOf(name, text);
    const diagnostics = await this.#staging.open(text, { entry, guide: null }, null);
    if (diagnostics) {
      this.#edits(text, diagnostics);
      return bad(diagnostics);
    }
    await this.#linking.stands();
    this.#core.set({ spoken: `${name} is open. ${this.#core.model.spoken}` });
  }

  /** Something to look at below a notice, on a page that has nothing yet. */
  async #underneath(): Promise<void> {
    const { draft, diagnostics, notice } = this.#core.model;
    const refused = await this.#staging.open(front.text, { entry: front.name }, null);
    if (refused === null) this.#core.set({ draft, diagnostics, notice, stash: null });
  }

  async #badLink(why: string, raw: string): Promise<void> {
    if (this.#core.model.state === null) await this.#underneath();
    this.#core.set({ notice: { kind: 'bad_link', why, raw } });
  }

  /** Offers the reader's last work, unless it stands on the page already or a link was opened. */
  offer({ kind }: Address): void {
    const kept = this.#keeper.last();
    const { text, notice } = this.#core.model;
    if (!kept || notice) return;
    const same = kept.text === text;
    if (same ? kept.draft !== null : kind === 'none')
      this.#core.set({ notice: { kind: 'kept', kept } });
  }

  /** Puts the kept work back as it was: the text on the stage, the edits in the editor. */
  async takeUp(): Promise<void> {
    const { notice, text: stands } = this.#core.model;
    if (notice?.kind !== 'kept') return;
    const { text, draft } = notice.kept;
    if (text !== stands) {
      const diagnostics = await this.#staging.open(text, { entry: null }, null);
      if (diagnostics)
        return this.#core.set({ draft: text, diagnostics, notice: null, panel: 'text' });
      this.#linking.touched();
    }
    this.#core.set({ notice: null, draft, ...(draft === null ? {} : { panel: 'text' }) });
  }

  /** Forgets it. */
  forget(): void {
    this.#keeper.forget();
    this.#core.set({ notice: null });
  }

  /** Opens the text that stands on the page with a fresh engine. */
  async again(keepTrace: boolean): Promise<void> {
    const { text, trace, state, entry, draft, stash } = this.#core.model;
    const keep = { entry, draft, stash };
    const diagnostics = await this.#staging.open(text || front.text, keep, null);
    if (diagnostics) return this.#core.set({ notice: { kind: 'refused', diagnostics } });
    if (!this.#core.model.catalogue) {
      const reply = await this.#core.ask({ type: 'catalogue' });
      if (reply?.type === 'catalogue') this.#core.set({ catalogue: reply });
    }
    if (keepTrace && trace.length > 0) {
      await this.#playing.play(scheduleOf(trace), state?.cursor ?? null);
    }
  }
}

/** The gallery's name of a file, if it has the very text. */
async function entryOf(file: string, text: string): Promise<string | null> {
  const name = file.replace(/\.toml$/, '');
  return (await inGallery(name))?.text === text ? name : null;
}
