import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { Diagnostic, OperationHelp } from '../protocol';
import { offsetOf, reach } from '../text';
import { ui } from '../ui';
import { asSentence } from '../wording';

/** The scenario as text, which is the truth that the rest shows. */
export class PageraceEditor extends LitElement {
  static override properties = {
    text: {},
    draft: { attribute: false },
    stash: { attribute: false },
    diagnostics: { attribute: false },
    operations: { attribute: false },
  };
  static override styles = [
    ui,
    css`
      textarea {
        display: block;
        width: 100%;
        height: clamp(280px, 100dvh - 330px, 640px);
        margin-top: 10px;
        padding: 10px 12px;
        resize: vertical;
        font: var(--small) / 1.55 var(--mono);
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
      details {
        margin-top: 12px;
        font-size: var(--small);
      }
      summary {
        cursor: pointer;
        width: fit-content;
        padding: 4px 0;
        color: var(--link);
      }
      dt {
        margin-top: 8px;
      }
      dt code {
        font-weight: 700;
      }
      dd {
        max-width: 90ch;
        padding-left: 2ch;
      }
      .stash {
        font-size: var(--small);
        padding: 6px 10px;
        background: var(--now);
        border-left: 4px solid var(--now-line);
      }
      @media (max-width: 700px) {
        textarea {
          font-size: 16px;
          height: clamp(240px, 100dvh - 420px, 640px);
        }
        .errors button {
          min-height: 44px;
        }
      }
      @media print {
        textarea {
          height: auto;
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
  declare operations: readonly OperationHelp[];

  constructor() {
    super();
    this.text = '';
    this.draft = null;
    this.stash = null;
    this.diagnostics = [];
    this.operations = [];
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
          @click=${() => dirty && request(this, { type: 'apply' })}>Apply</button>
        <button aria-disabled=${!dirty} @click=${() => dirty && request(this, { type: 'revert' })}>Revert</button>
        ${
          this.stash === null
            ? nothing
            : html`<p class="stash" role="status">Edits that were not applied are kept.
                <button class="plain" @click=${() => request(this, { type: 'unstash' })}>Put them back</button>
                <button class="plain" @click=${() => request(this, { type: 'drop_stash' })}>Discard them</button></p>`
        }
      </div>
      <div id="errors" role=${this.diagnostics.length > 0 ? 'alert' : nothing}>
        ${
          this.diagnostics.length === 0
            ? nothing
            : html`<ul class="errors">${this.diagnostics.map((it) => this.#error(it))}</ul>`
        }
      </div>
      <textarea aria-labelledby="text" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
        aria-invalid=${this.diagnostics.length > 0} aria-describedby="errors"
        .value=${this.draft ?? this.text} @input=${this.#edit} @keydown=${this.#key}></textarea>
      ${this.operations.length > 0 ? this.#reference() : nothing}
    </section>`;
  }

  /** What a timeline can call, in the engine's words. */
  #reference(): TemplateResult {
    return html`<details @toggle=${() => request(this, { type: 'catalogue' })}>
      <summary>Operations of timelines</summary>
      <dl>
        ${this.operations.map(
          (it) => html`<dt><code>${it.signature}</code></dt>
            <dd>${it.help} Returns ${it.returns}.
              ${it.params.map(({ name, help }) => html`<span class="soft"><code>${name}</code>: ${help}. </span>`)}</dd>`,
        )}
      </dl>
    </details>`;
  }

  /** Shows a place of the text: from 1; 0 for unknown. */
  show(line: number, column: number): void {
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
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (this.draft !== null) request(this, { type: 'apply' });
  }
}

customElements.define('pagerace-editor', PageraceEditor);
