import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { allWithin } from '../compose/blocks';
import { edited } from '../compose/edits';
import { type Outline, outline } from '../compose/outline';
import type { Spot } from '../compose/spots';
import { CannotEdit, isTree, read, type Tree, type Unreadable } from '../compose/tree';
import type { History } from '../history';
import { icon } from '../icons';
import type { Catalogue, Diagnostic, ScenarioView } from '../protocol';
import { ui } from '../ui';
import { asSentence } from '../wording';
import type { PageraceCall } from './compose-call';
import { COMPOSE, type Wish } from './compose-event';
import type { PageraceComposeLanes } from './compose-lanes';
import { composeStyles } from './compose-style';
import './compose-call';
import './compose-claims';
import './compose-lanes';
import './compose-machine';
import './compose-patches';

/** Builds a scenario without its text: each edit changes the text, which stays the truth. */
export class PageraceCompose extends LitElement {
  static override properties = {
    text: {},
    diagnostics: { attribute: false },
    catalogue: { attribute: false },
    scenario: { attribute: false },
    history: { attribute: false },
    why: { state: true },
  };
  static override styles = [ui, composeStyles];

  /** The text, or the draft of it. */
  declare text: string;
  /** What the engine has against it. */
  declare diagnostics: readonly Diagnostic[];
  declare catalogue: Catalogue | null;
  declare scenario: ScenarioView | null;
  declare history: History;
  /** Why an edit could not be made. */
  declare private why: string;
  #tree: Tree | Unreadable = { line: 1, column: 1, why: 'there is no text yet' };
  #outline: Outline | null = null;
  #focus: Spot | null = null;

  constructor() {
    super();
    this.text = '';
    this.diagnostics = [];
    this.catalogue = null;
    this.scenario = null;
    this.history = { past: [], now: null, future: [] };
    this.why = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    request(this, { type: 'catalogue' });
    this.addEventListener(COMPOSE, (event) => this.#wish(event.detail));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('text')) return;
    this.#tree = read(this.text);
    this.#outline = isTree(this.#tree) ? outline(this.#tree) : null;
    this.why = '';
  }

  /** A call that was moved keeps the focus. */
  protected override async updated(changed: PropertyValues): Promise<void> {
    const spot = this.#focus;
    if (!spot || !changed.has('text')) return;
    this.#focus = null;
    const lanes = this.renderRoot.querySelector<PageraceComposeLanes>('pagerace-compose-lanes');
    await lanes?.updateComplete;
    lanes?.focusOn(spot);
  }

  override render(): TemplateResult {
    const { past, future } = this.history;
    const close = () => this.dispatchEvent(new Event('close'));
    return html`<section aria-labelledby="compose">
      <div class="head">
        <h2 id="compose" tabindex="-1">Compose</h2>
        <span class="aside">${this.diagnostics.length > 0 ? 'not accepted by the engine yet' : 'each change shows in the text'}</span>
      </div>
      <div class="bar">
        <button aria-disabled=${past.length === 0} aria-keyshortcuts="Control+Z" title="Undo (Ctrl+Z)"
          @click=${() => request(this, { type: 'undo' })}>${icon('undo')} Undo</button>
        <button aria-disabled=${future.length === 0} aria-keyshortcuts="Control+Shift+Z" title="Redo (Ctrl+Shift+Z)"
          @click=${() => request(this, { type: 'redo' })}>${icon('redo')} Redo</button>
        <button @click=${() => request(this, { type: 'new' })}>New scenario</button>
        <button class="end" @click=${close}>${icon('close')} Close</button>
      </div>
      <div role=${this.diagnostics.length > 0 || this.why ? 'alert' : nothing}>${this.#refused()}</div>
      ${this.#outline ? this.#body(this.#outline) : this.#unreadable()}
    </section>`;
  }

  #body(outline: Outline): TemplateResult {
    const operations = this.catalogue?.operations ?? [];
    return html`
      ${this.#about(outline)}
      <pagerace-compose-lanes .outline=${outline}></pagerace-compose-lanes>
      <pagerace-compose-machine .outline=${outline} .catalogue=${this.catalogue}></pagerace-compose-machine>
      <pagerace-compose-claims .outline=${outline} .catalogue=${this.catalogue}></pagerace-compose-claims>
      <pagerace-compose-patches .outline=${outline}></pagerace-compose-patches>
      <pagerace-call .outline=${outline} .operations=${operations} .lacking=${this.#lacking(outline)}></pagerace-call>`;
  }

  /** The preset to ask for what it lacks; none where toggles may make a difference. */
  #lacking({ base }: Outline): string | null {
    const usual = this.catalogue?.kernels.find((it) => it.name === base)?.toggles;
    const now = this.scenario?.base === base ? this.scenario.toggles : usual;
    const same = usual && now && Object.keys(now).every((name) => now[name] === usual[name]);
    return same ? base : null;
  }

  #about({ title, about, base }: Outline): TemplateResult {
    const set = (key: string, where: string | null, said: string) => (event: Event) => {
      const { value } = event.target as HTMLInputElement;
      this.#wish({ edit: { do: 'set', in: { table: where }, key, value }, said });
    };
    const kernels = this.catalogue?.kernels ?? [];
    return html`<div class="about">
      <label class="wide">Title
        <input .value=${title} maxlength="200" required @change=${set('title', null, 'Title changed.')} /></label>
      <label>Kernel
        <select @change=${set('base', 'kernel', 'Kernel changed.')}>
          ${kernels.map((it) => html`<option value=${it.name} ?selected=${it.name === base}>${it.name}</option>`)}
        </select></label>
      <label class="full">Why
        <textarea rows="2" .value=${about.trim()} @change=${set('about', null, 'Reason changed.')}></textarea></label>
    </div>`;
  }

  #unreadable(): TemplateResult {
    const { line, column, why } = this.#tree as Unreadable;
    return html`<div class="refused">
      <p>The text cannot be read at line ${line}: ${asSentence(why)}</p>
      <p class="bar">
        <button class="primary" @click=${() => request(this, { type: 'undo' })}>Undo</button>
        <button @click=${() => request(this, { type: 'goto_text', line, column })}>Show it in the text</button></p>
    </div>`;
  }

  #refused(): TemplateResult | typeof nothing {
    if (this.why) return html`<div class="refused"><p>${this.why}</p></div>`;
    if (this.diagnostics.length === 0 || !isTree(this.#tree)) return nothing;
    const lines = this.diagnostics.map((it) => it.line);
    const claims = allWithin(this.#tree, 'expect', lines);
    const drop = () =>
      this.#wish({ edit: { do: 'drop_claims', lines }, said: 'The claims are taken out.' });
    return html`<div class="refused">
      <p>The engine does not take this. The race below is the one before it.</p>
      <ul>${this.diagnostics.map(
        ({ line, column, message, hint }) => html`<li>
          ${line === 0 ? nothing : html`<button class="inline plain" @click=${() => request(this, { type: 'goto_text', line, column })}>line ${line}</button>`}
          ${asSentence(message)} ${asSentence(hint ?? '')}</li>`,
      )}</ul>
      <p class="bar">
        <button class="primary" @click=${() => request(this, { type: 'undo' })}>Undo this</button>
        ${claims ? html`<button @click=${drop}>Take these claims out</button>` : nothing}
      </p>
    </div>`;
  }

  #wish({ edit, said, focus, open }: Wish): void {
    if (open) {
      this.renderRoot.querySelector<PageraceCall>('pagerace-call')?.open(open);
      return;
    }
    if (!edit) return;
    try {
      const text = [edit].flat().reduce((now, one) => edited(now, one), this.text);
      this.#focus = focus ?? null;
      request(this, { type: 'compose', text, said: said ?? '' });
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error;
      this.why = error.message;
    }
  }
}

customElements.define('pagerace-compose', PageraceCompose);
