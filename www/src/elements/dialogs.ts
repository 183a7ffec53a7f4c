import { css, html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../icons';
import { KEYS } from '../keys';
import { ui } from '../ui';
import { dialogStyles, show } from './dialog';

const textStyles = css`
  dialog {
    width: min(560px, calc(100vw - 32px));
    padding: 18px 22px 20px;
  }
  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 8px;
  }
  .top button {
    border-color: transparent;
    padding: 4px 8px;
  }
  table + p {
    margin-top: 12px;
  }
  kbd {
    font: 600 var(--small) / 1.4 var(--mono);
    white-space: nowrap;
  }
`;

/** The keys of the text, as CodeMirror and `write/write.ts` have them. */
const IN_TEXT: readonly (readonly [string, string])[] = [
  ['Ctrl Enter', 'apply'],
  ['Ctrl Space', 'what may stand here'],
  ['Shift Alt F', 'format'],
  ['F8', 'next mistake'],
  ['Ctrl F', 'find and replace'],
  ['Ctrl Z', 'undo what was typed'],
  ['Ctrl ]', 'indent; Ctrl [ takes it back'],
  ['Tab', 'leave the text; or to the next field of what was completed, which Esc ends'],
];

/** The table of keys. */
export class PageraceHelp extends LitElement {
  static override properties = { open: { type: Boolean } };
  static override styles = [ui, dialogStyles, textStyles];

  declare open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  protected override updated(): void {
    show(this.renderRoot, this.open);
  }

  override render(): TemplateResult {
    const closed = () => this.dispatchEvent(new Event('close'));
    return html`<dialog aria-labelledby="help" @close=${closed}>
      <div class="top">
        <h2 id="help">Keys</h2>
        <button aria-label="Close" @click=${closed}>${icon('close')}</button>
      </div>
      <table>
        <tbody>
          <tr><th scope="row"><kbd>0</kbd> to <kbd>7</kbd></th><td>step the CPU of that number</td></tr>
          ${KEYS.map((it) => html`<tr><th scope="row"><kbd>${it.shown}</kbd></th><td>${it.does}</td></tr>`)}
        </tbody>
      </table>
      <p class="soft">Letters work while no text field has the focus. In the text these do:</p>
      <table>
        <tbody>
          ${IN_TEXT.map(([shown, does]) => html`<tr><th scope="row"><kbd>${shown}</kbd></th><td>${does}</td></tr>`)}
        </tbody>
      </table>
    </dialog>`;
  }
}

customElements.define('pagerace-help', PageraceHelp);
