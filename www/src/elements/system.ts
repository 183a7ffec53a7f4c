import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { LockView, StateView } from '../protocol';
import { ui } from '../ui';
import { lockState, pinRow, processTemplate, slotRow } from './page-tables';

/** Processes with their page tables, pins, swap slots, and locks. */
export class PageraceSystem extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    ui,
    css`
      .groups {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(290px, 100%), 1fr));
        gap: 14px 28px;
        padding-top: 10px;
        min-height: 120px;
        align-items: start;
      }
      td,
      th {
        padding: 3px 10px 3px 0;
        overflow-wrap: anywhere;
      }
      .changed td,
      .changed th {
        background: var(--now);
      }
      .changed th {
        box-shadow: inset 3px 0 var(--now-line);
        padding-left: 7px;
      }
      .entry {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 8px;
        align-items: baseline;
        min-height: 26px;
      }
      .page {
        min-height: 24px;
        min-width: 24px;
        padding: 0 2px;
      }
      .area {
        margin-left: auto;
      }
      .area,
      .flags,
      .kept,
      .mm {
        color: var(--soft);
        font-size: var(--tiny);
        line-height: 1.6;
      }
      .mm {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        padding-top: 3px;
      }
      /* What the pmd maps as a whole stands a step further in. */
      .by-pmd {
        border-left: 3px double var(--strong-line);
      }
      .groups th.mono {
        white-space: nowrap;
      }
      .by-pmd th {
        padding-left: 10px;
      }
      .pmd {
        font-size: var(--small);
        padding: 2px 0 4px;
      }
      .mm code {
        font-size: inherit;
      }
      .mm b {
        color: var(--ink);
      }
      .flags {
        font-family: var(--mono);
      }
      /* As high with a pin as without. */
      .pin td {
        min-height: 54px;
        height: 54px;
      }
      .apart {
        font-size: var(--small);
      }
      .apart .icon,
      .kept .icon {
        vertical-align: -0.2em;
      }
      @media (max-width: 700px) {
        .page {
          min-height: 44px;
          min-width: 44px;
        }
        .entry {
          align-items: center;
          min-height: 44px;
        }
      }
    `,
  ];

  declare state: StateView | null;

  constructor() {
    super();
    this.state = null;
  }

  override render(): TemplateResult {
    const { state } = this;
    const choose = (pfn: number) => request(this, { type: 'select_page', pfn });
    const withWords = (state?.contents.length ?? 0) > 0;
    return html`<section aria-labelledby="system">
      <div class="head"><h2 id="system">Processes, pins, locks</h2></div>
      <div class="groups">
        ${state?.processes.map((process) => processTemplate(process, choose))}
        <div>
          <h3>Pins</h3>
          <table><tbody>
            ${state?.pins.length ? state.pins.map((pin) => pinRow(pin, choose)) : none('none taken')}
          </tbody></table>
        </div>
        ${
          state?.swap.length
            ? html`<div>
              <h3>Swap slots</h3>
              <table><tbody>${state.swap.map((slot) => slotRow(slot, withWords, choose))}</tbody></table>
            </div>`
            : nothing
        }
        <div>
          <h3>Locks</h3>
          <table><tbody>
            ${state?.locks.length ? state.locks.map(lockRow) : none('none held, none waited for')}
          </tbody></table>
        </div>
      </div>
    </section>`;
  }
}

const none = (words: string): TemplateResult => html`<tr><td class="soft">${words}</td></tr>`;

const lockRow = (it: LockView): TemplateResult => html`<tr>
  <th scope="row" class="mono">${it.name}</th>
  <td>${lockState(it)}</td>
</tr>`;

customElements.define('pagerace-system', PageraceSystem);
