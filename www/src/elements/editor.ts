import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { Catalogue, Diagnostic } from '../protocol';
import { offsetOf, reach } from '../text';
import { ui } from '../ui';
import { asSentence } from '../wording';
import type { Writing } from '../write/write';

/** The scenario as text, which is the truth that the rest shows. */
export class PageraceEditor extends LitElement {
  static override properties = {
    text: {},
    draft: { attribute: false },
    stash: { attribute: false },
    diagnostics: { attribute: false },
    catalogue: { attribute: false },
    said: { state: true },
    written: { state: true },
  };
  static override styles = [
    ui,
    css`
      :host {
        --field-height: clamp(280px, 100dvh - 330px, 640px);
        --field-font: var(--small);
      }
      textarea {
        display: block;
        width: 100%;
        height: var(--field-height);
        margin-top: 10px;
        padding: 10px 12px;
        resize: vertical;
        font: var(--field-font) / 1.55 var(--mono);
        color: var(--ink);
        background: var(--raised);
        border: 1px solid var(--strong-line);
        border-radius: var(--radius);
        tab-size: 4;
        white-space: pre;
        overflow: auto;
      }
      textarea[aria-invalid='true'] {
        border-color: var(--bad);
        border-width: 2px;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 10px 0 0;
        min-height: 46px;
      }
      .errors {
        padding-top: 8px;
      }
      .errors li {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 10px;
        align-items: baseline;
        padding: 5px 10px;
        min-height: 37px;
        margin-bottom: 4px;
        font-size: var(--small);
        border-left: 4px solid var(--bad);
        background: var(--bad-back);
      }
      .errors button {
        min-height: 26px;
        color: var(--bad);
        font-weight: 650;
      }
      .stash {
        font-size: var(--small);
        padding: 6px 10px;
        background: var(--now);
        border-left: 4px solid var(--now-line);
      }
      @media (max-width: 700px) {
        :host {
          --field-height: clamp(240px, 100dvh - 420px, 640px);
          --field-font: 16px;
        }
        .errors button {
          min-height: 44px;
        }
      }
      @media print {
        :host {
          --field-height: auto;
        }
      }
    `,
  ];

  declare text: string;
  /** Edits that are not applied. */
  declare draft: string | null;
  /** Edits that gave way to another scenario. */
  declare stash: string | null;
  declare diagnostics: readonly Diagnostic[];
  declare catalogue: Catalogue | null;
  /** What became of formatting. */
  declare private said: string;
  /** The editor with all its help stands in the place of the plain field. */
  declare private written: boolean;
  #writing: Writing | undefined;
  #loading = false;

  constructor() {
    super();
    this.text = '';
    this.draft = null;
    this.stash = null;
    this.diagnostics = [];
    this.catalogue = null;
    this.said = '';
    this.written = false;
  }

  /** Who never looks at the text never loads the editor. */
  protected override firstUpdated(): void {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((it) => it.isIntersecting)) return;
      seen.disconnect();
      void this.#load();
    });
    seen.observe(this.renderRoot.querySelector('textarea') as Element);
  }

  /** Where it cannot be loaded the plain field stays, and the next look at it tries again. */
  async #load(): Promise<void> {
    if (this.#loading || this.written) return;
    this.#loading = true;
    void import('./reference').catch(() => null);
    const module = await import('../write/write').catch(() => null);
    this.#loading = false;
    const field = this.renderRoot.querySelector('textarea');
    const parent = this.renderRoot.querySelector('.place');
    if (!module || !field || !parent) return;
    this.#writing = new module.Writing(parent, field, this.renderRoot as ShadowRoot, {
      label: 'text',
      description: 'errors',
      catalogue: () => this.catalogue,
      edited: (text) => request(this, { type: 'edit', text }),
      apply: () => this.#apply(),
      format: () => void this.#format(),
    });
    this.#writing.complain(this.diagnostics);
    this.written = true;
    request(this, { type: 'catalogue' });
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('text') || changed.has('draft')) this.#writing?.show(this.#shown);
    if (changed.has('diagnostics')) this.#writing?.complain(this.diagnostics);
  }

  get #shown(): string {
    return this.draft ?? this.text;
  }

  #apply(): void {
    if (this.draft !== null) request(this, { type: 'apply' });
  }

  async #format(): Promise<void> {
    const text = this.#shown;
    const module = await import('../write/format').catch(() => null);
    const laid = module ? await module.format(text).catch(() => null) : null;
    if (!module) this.said = 'The formatter could not be loaded.';
    else if (laid === null) this.said = 'Not formatted: a mistake is in the way.';
    else this.said = laid === text ? 'Nothing to format.' : 'Formatted.';
    if (laid === null || laid === text || text !== this.#shown) return;
    if (this.#writing) this.#writing.replace(laid);
    else request(this, { type: 'edit', text: laid });
  }

  override render(): TemplateResult {
    const dirty = this.draft !== null;
    return html`<section aria-labelledby="text">
      <div class="head">
        <h2 id="text">Scenario</h2>
        <span class="aside">${dirty ? 'edited, not applied' : 'the text that the page runs'}</span>
      </div>
      <div class="bar">
        <button class="primary" aria-disabled=${!dirty} aria-keyshortcuts="Control+Enter" title="Apply (Ctrl+Enter)"
          @click=${this.#apply}>Apply</button>
        <button aria-disabled=${!dirty} @click=${() => dirty && request(this, { type: 'revert' })}>Revert</button>
        <button aria-keyshortcuts="Shift+Alt+F" title="Format (Shift+Alt+F)" @click=${this.#format}>Format</button>
        <span class="aside" role="status">${this.said}</span>
        ${this.#mistakes()}
        ${
          this.stash === null
            ? nothing
            : html`<p class="stash" role="status">Edits that were not applied are kept.
                <button class="plain" @click=${() => request(this, { type: 'unstash' })}>Put them back</button>
                <button class="plain" @click=${() => request(this, { type: 'drop_stash' })}>Discard them</button></p>`
        }
      </div>
      <div class="place"></div>
      ${this.written ? nothing : this.#field()}
      <div id="errors">
        ${
          this.diagnostics.length === 0
            ? nothing
            : html`<ul class="errors">${this.diagnostics.map((it) => this.#error(it))}</ul>`
        }
      </div>
      <pagerace-reference .operations=${this.catalogue?.operations ?? []}></pagerace-reference>
    </section>`;
  }

  /** As good as it gets without anything loaded. */
  #field(): TemplateResult {
    return html`<textarea aria-labelledby="text" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
      aria-invalid=${this.diagnostics.length > 0} aria-describedby="errors" @focus=${this.#load}
      .value=${this.#shown} @input=${this.#edit} @keydown=${this.#key}></textarea>`;
  }

  /** The list of them stands below the field, where it moves nothing while somebody types. */
  #mistakes(): TemplateResult {
    const [first] = this.diagnostics;
    const count = this.diagnostics.length;
    const words = `${count} ${count === 1 ? 'mistake' : 'mistakes'}`;
    return html`<span role="status">${
      first &&
      html`<button class="plain bad" @click=${() => this.show(first.line, first.column)}>${words}</button>`
    }</span>`;
  }

  /** Shows a place of the text: from 1; 0 for unknown. */
  show(line: number, column: number): void {
    if (this.#writing) {
      this.#writing.goto(line, column);
      return;
    }
    const area = this.renderRoot.querySelector('textarea');
    if (!area) return;
    const start = offsetOf(area.value, line, column);
    area.focus();
    area.setSelectionRange(start, reach(area.value, start));
    const lines = area.value.split('\n').length;
    area.scrollTop = (area.scrollHeight / Math.max(lines, 1)) * Math.max(0, line - 6);
    area.scrollIntoView({ block: 'nearest' });
  }

  #error(it: Diagnostic): TemplateResult {
    const place = it.column > 0 ? `line ${it.line}, column ${it.column}` : `line ${it.line}`;
    return html`<li>
      ${
        it.line > 0
          ? html`<button class="plain" @click=${() => this.show(it.line, it.column)}>${place}</button>`
          : nothing
      }
      <span>${asSentence(it.message)}</span>
      ${it.hint === null ? nothing : html`<span class="soft">${asSentence(it.hint)}</span>`}
    </li>`;
  }

  #edit(event: Event): void {
    request(this, { type: 'edit', text: (event.target as HTMLTextAreaElement).value });
  }

  #key(event: KeyboardEvent): void {
    const applies = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    const formats = event.code === 'KeyF' && event.shiftKey && event.altKey;
    if (!applies && !formats) return;
    event.preventDefault();
    if (applies) this.#apply();
    else void this.#format();
  }
}

customElements.define('pagerace-editor', PageraceEditor);
