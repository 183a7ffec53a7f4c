import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { OperationHelp } from '../protocol';
import { ui } from '../ui';

/** What a timeline can call, in the engine's words; it comes when somebody looks at the text. */
export class PageraceReference extends LitElement {
  static override properties = { operations: { attribute: false } };
  static override styles = [
    ui,
    css`
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
    `,
  ];

  declare operations: readonly OperationHelp[];

  constructor() {
    super();
    this.operations = [];
  }

  override render(): TemplateResult | typeof nothing {
    if (this.operations.length === 0) return nothing;
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
}

customElements.define('pagerace-reference', PageraceReference);
