import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { PageView } from '../protocol';
import { ui } from '../ui';

/** Who holds a page: the arithmetic of its reference count. */
export class PageraceLedger extends LitElement {
  static override properties = { page: { attribute: false }, following: { type: Boolean } };
  static override styles = [
    ui,
    css`
      .ledger {
        margin-top: 10px;
        padding: 8px 12px;
        min-height: 156px;
        background: var(--sunken);
        border-radius: var(--radius);
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 2px 20px;
        align-content: start;
      }
      h3 {
        color: var(--ink);
      }
      header {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 10px;
        min-height: 26px;
      }
      header :last-child {
        margin-left: auto;
      }
      .plain {
        min-height: 24px;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 1px 10px;
        font-size: var(--small);
        align-content: start;
      }
      dt {
        color: var(--soft);
      }
      dd {
        font-family: var(--mono);
        font-size: var(--tiny);
        line-height: 1.6;
        overflow-wrap: anywhere;
      }
      td,
      th {
        padding: 1px 8px 1px 0;
        border: none;
      }
      .n {
        text-align: right;
        font-family: var(--mono);
        font-variant-numeric: tabular-nums;
        width: 1%;
      }
      tfoot td,
      tfoot th {
        border-top: 1px solid var(--strong-line);
      }
      .surplus {
        grid-column: 1 / -1;
        padding-top: 4px;
        font-size: var(--small);
      }
      @media (max-width: 700px) {
        .ledger {
          grid-template-columns: 1fr;
          min-height: 250px;
        }
        .plain {
          min-height: 44px;
        }
      }
    `,
  ];

  declare page: PageView | null;
  /** No page is chosen: the ledger follows the steps. */
  declare following: boolean;

  constructor() {
    super();
    this.page = null;
    this.following = true;
  }

  override render(): TemplateResult {
    const { page } = this;
    if (!page) return html`<div class="ledger"></div>`;
    const held = page.ledger.reduce((sum, entry) => sum + entry.refs, 0);
    return html`<div class="ledger">
      <header>
        <h3>Who holds page ${page.pfn}</h3>
        <button class="plain" aria-label="History of page ${page.pfn}" @click=${() =>
          request(this, {
            type: 'history',
            word: { subject: `page ${page.pfn}`, field: null },
          })}>history</button>
        ${
          this.following
            ? html`<span class="aside">follows the steps; choose a page to stay with it</span>`
            : html`<button class="plain" @click=${() => request(this, { type: 'select_page', pfn: null })}>follow the steps</button>`
        }
      </header>
      <dl>
        <dt>place</dt><dd>${page.place || page.kind}</dd>
        ${page.compound === null ? nothing : html`<dt>compound</dt><dd>${page.compound}</dd>`}
        <dt>flags</dt><dd>${flags(page)}</dd>
        <dt>mapped</dt><dd>${page.mapped_by.join(' ') || 'nowhere'}</dd>
        ${page.noted === null ? nothing : html`<dt>noted type</dt><dd>${page.noted}</dd>`}
        ${page.words.length === 0 ? nothing : html`<dt>holds</dt><dd>${page.words.join(' ')}</dd>`}
        <dt>pinned</dt><dd>${page.maybe_dma_pinned ? 'page_maybe_dma_pinned()' : 'no'}</dd>
      </dl>
      <table>
        <tbody>
          ${page.ledger.map(
            (entry) =>
              html`<tr><td class="n">${entry.refs}</td><th scope="row">${entry.holder}</th></tr>`,
          )}
          ${page.ledger.length === 0 ? html`<tr><td class="n">0</td><th scope="row">nobody</th></tr>` : nothing}
        </tbody>
        <tfoot>
          <tr>
            <td class="n"><b>${held}</b></td>
            <th scope="row" class="mono">${
              held === page.refcount
                ? html`= _refcount`
                : html`<span class="bad">≠ _refcount ${page.refcount}</span>`
            }</th>
          </tr>
        </tfoot>
      </table>
      ${
        page.surplus === null
          ? nothing
          : html`<p class="surplus"><b>Migration would fail:</b> ${page.surplus}.</p>`
      }
    </div>`;
  }
}

/** Of a page in the swap cache with its slot. */
const flags = ({ flags, slot }: PageView): string =>
  flags.map((it) => (it === 'swapcache' ? `swapcache(slot ${slot})` : it)).join(' ') || 'none';

customElements.define('pagerace-ledger', PageraceLedger);
