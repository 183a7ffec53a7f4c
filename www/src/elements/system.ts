import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { LockView, PinView, ProcessView, StateView } from '../protocol';
import { ui } from '../ui';

/** Processes with their page tables, pins, and locks. */
export class PageraceSystem extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    ui,
    css`
      .groups {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(230px, 1fr));
        gap: 12px 24px;
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
      .page {
        min-height: 24px;
        min-width: 24px;
      }
      @media (max-width: 700px) {
        .page {
          min-height: 44px;
          min-width: 44px;
        }
      }
      .flag {
        color: var(--soft);
        font: var(--tiny) / 1.6 var(--mono);
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
    return html`<section aria-labelledby="system">
      <div class="head"><h2 id="system">Processes, pins, locks</h2></div>
      <div class="groups">
        ${state?.processes.map((process) => this.#process(process))}
        <div>
          <h3>Pins</h3>
          <table><tbody>
            ${state?.pins.length ? state.pins.map((pin) => this.#pin(pin)) : none('no pin handles')}
          </tbody></table>
        </div>
        <div>
          <h3>Locks</h3>
          <table><tbody>
            ${state?.locks.length ? state.locks.map(lock) : none('none held, none waited for')}
          </tbody></table>
        </div>
      </div>
    </section>`;
  }

  #process(process: ProcessView): TemplateResult {
    return html`<div>
      <h3>Process ${process.name}</h3>
      <table><tbody>
        ${process.mappings.map(
          (mapping) => html`<tr class=${mapping.changed ? 'changed' : ''}>
            <th scope="row" class="mono">${mapping.name}</th>
            <td class="mono">${mapping.pte}</td>
            <td>${this.#link(mapping.pfn)}</td>
          </tr>`,
        )}
      </tbody></table>
      <p class="flag">MMF_HAS_PINNED ${process.has_pinned ? 1 : 0}, write_protect_seq ${process.write_protect_seq}</p>
    </div>`;
  }

  #pin(pin: PinView): TemplateResult {
    return html`<tr>
      <th scope="row" class="mono">${pin.name}</th>
      <td>${pin.pfn === null ? html`<span class="soft">holds nothing</span>` : this.#link(pin.pfn)}</td>
      <td class="mono soft">${pin.flags}</td>
    </tr>`;
  }

  #link(pfn: number | null): TemplateResult | typeof nothing {
    if (pfn === null) return nothing;
    return html`<button class="plain page" @click=${() => request(this, { type: 'select_page', pfn })}>page ${pfn}</button>`;
  }
}

const none = (words: string): TemplateResult => html`<tr><td class="soft">${words}</td></tr>`;

const cpus = (list: readonly number[]): TemplateResult[] =>
  list.map((cpu) => html`<span class="cpu cpu${cpu}">CPU${cpu}</span> `);

const lock = (it: LockView): TemplateResult => html`<tr>
  <th scope="row" class="mono">${it.name}</th>
  <td>${
    it.holders.length > 0
      ? html`${it.shared ? 'read by' : 'held by'} ${cpus(it.holders)}`
      : html`<span class="soft">free</span>`
  }${it.waiters.length > 0 ? html` <b>waiting:</b> ${cpus(it.waiters)}` : nothing}</td>
</tr>`;

customElements.define('pagerace-system', PageraceSystem);
