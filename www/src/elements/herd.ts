import { css, html, LitElement, type TemplateResult } from 'lit';
import { herdText } from '../herd';
import { icon } from '../icons';
import type { ExplorationView } from '../protocol';
import { ui } from '../ui';

/** What a search has found, to be pasted where readers of litmus tests are. */
export class PageraceHerd extends LitElement {
  static override properties = {
    name: {},
    view: { attribute: false },
    said: { state: true },
  };
  static override styles = [
    ui,
    css`
      pre {
        margin: 6px 0;
        padding: 8px 10px;
        overflow-x: auto;
        font: var(--tiny) / 1.5 var(--mono);
        background: var(--sunken);
        border-radius: var(--radius);
      }
      @media print {
        button {
          display: none;
        }
      }
    `,
  ];

  declare name: string;
  declare view: ExplorationView;
  declare private said: string;

  constructor() {
    super();
    this.name = '';
    this.said = '';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('view')) this.said = '';
  }

  override render(): TemplateResult {
    return html`<pre tabindex="0" role="region" aria-label="The outcomes in herd7's words">${herdText(this.name, this.view)}</pre>
      <button @click=${this.#copy}>${icon(this.said === 'Copied' ? 'holds' : 'link')} ${this.said || 'Copy'}</button>
      <span class="hidden" role="status">${this.said}</span>
      <p class="soft">Each outcome counts once, not each execution that ends so.</p>`;
  }

  /** Where the clipboard is refused, what is to be copied is selected. */
  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(herdText(this.name, this.view));
      this.said = 'Copied';
    } catch {
      const text = this.renderRoot.querySelector('pre');
      if (text) getSelection()?.selectAllChildren(text);
      this.said = 'Selected: copy it with Ctrl C';
    }
  }
}

customElements.define('pagerace-herd', PageraceHerd);
