/** The text as the reader changes it: drafts in the editor, edits of the composer, undo. */
import type { Composed } from '../actions';
import type { Checking } from '../checking';
import { type History, recorded, turned } from '../history';
import type { Core } from './core';
import type { Linking } from './linking';
import type { Staging } from './staging';

export class Editing {
  readonly #core: Core;
  readonly #linking: Linking;
  readonly #staging: Staging;
  readonly #checking: Checking;

  constructor(core: Core, linking: Linking, staging: Staging, checking: Checking) {
    this.#core = core;
    this.#linking = linking;
    this.#staging = staging;
    this.#checking = checking;
  }

  /** What stands in the editor now. */
  draft(text: string): void {
    this.#core.set({ draft: text === this.#core.model.text ? null : text });
    this.#checking.soon(this.#core.model.draft);
    this.#linking.soon();
  }

  /** The draft goes on the stage. */
  async apply(): Promise<void> {
    const { draft, stash } = this.#core.model;
    if (draft === null) return;
    const diagnostics = await this.#staging.open(draft, { entry: null, stash }, null);
    if (diagnostics) {
      const spoken = `Not applied: ${diagnostics[0]?.message ?? ''}`;
      return this.#core.set({ diagnostics, spoken });
    }
    this.#linking.touched();
  }

  /** It is put aside instead. */
  revert(): void {
    const { draft, text, entry } = this.#core.model;
    const history = recorded(this.#core.model.history, { text, entry });
    this.#core.set({ history, stash: draft, draft: null, diagnostics: [] });
  }

  /** What was put aside stands in the editor again. */
  unstash(): void {
    this.#core.set({ draft: this.#core.model.stash, stash: null, diagnostics: [] });
    this.#checking.soon(this.#core.model.draft);
  }

  /** Opens what the composer has made of the text; what the engine refuses stands as a draft. */
  async compose({ text, said, fresh }: Composed): Promise<void> {
    const { stash, state, draft } = this.#core.model;
    const at = fresh ? 0 : (state?.cursor ?? 0);
    if (fresh) this.#core.set({ stash: draft ?? stash, panel: 'compose' });
    const history = recorded(this.#core.model.history, { text, entry: null });
    await this.#stand(history, said, at);
  }

  /** A scenario to begin with. */
  async begin(): Promise<void> {
    const { FRESH } = await import('../compose/fresh');
    await this.#core.do(() => this.compose({ ...FRESH, fresh: true }));
  }

  /** The text without its schedule. */
  async unschedule(): Promise<void> {
    const { unscheduled } = await import('../compose/fresh');
    const { draft, text } = this.#core.model;
    await this.#core.do(() => this.compose(unscheduled(draft ?? text)));
  }

  /** Undo, or redo. What stands in the editor and was never applied is kept aside. */
  async turn(back: boolean): Promise<void> {
    const { draft, stash, history: now, state } = this.#core.model;
    const history = turned(now, back);
    if (!history)
      return this.#core.set({ spoken: `There is nothing to ${back ? 'undo' : 'redo'}.` });
    this.#core.set({ stash: draft === now.now?.text ? stash : (draft ?? stash) });
    await this.#stand(history, back ? 'Undone.' : 'Redone.', state?.cursor ?? 0);
  }

  /** The version at hand of a history goes on the stage. */
  async #stand(history: History, said: string, at: number): Promise<void> {
    const { stash, text: stands } = this.#core.model;
    const { text, entry } = history.now ?? { text: stands, entry: null };
    this.#core.set({ history });
    const refused =
      text === stands ? null : await this.#staging.open(text, { entry, stash }, at, 'edit');
    if (!refused) {
      this.#core.set({ draft: null, diagnostics: [], entry, spoken: said });
      return this.#linking.touched();
    }
    const spoken = `${said} The engine does not take it: ${refused[0]?.message ?? ''}`;
    this.#core.set({ draft: text, diagnostics: refused, spoken });
  }
}
