import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import type { PageView } from '../protocol';
import { ui } from '../ui';
import { cell, historyOf } from './cell';

/** Who holds a page: the arithmetic of its reference count. */
export class PageraceLedger extends LitElement {
  static override properties = { page: { attribute: false }, following: { type: Boolean } };
  static override styles = [
    ui,
    css`
      .ledger {
        margin-top: 10px;
        padding: 8px 12px;
        min-height: 190px;
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
      .changes {
        display: flex;
        align-self: center;
      }
      header > .plain:last-child,
      header .aside {
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
        min-height: 24px;
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
    const subject = `page ${page.pfn}`;
    return html`<div class="ledger">
      <header>
        <h3>Who holds page ${page.pfn}</h3>
        <span class="changes" role="group" aria-label="Changes of ${subject}">
          ${this.#change('previous_change', page.pfn)}${this.#change('next_change', page.pfn)}
        </span>
        ${historyOf(subject)}
        ${
          this.following
            ? html`<span class="aside">follows the steps; choose a page to stay with it</span>`
            : html`<button class="plain" @click=${() => request(this, { type: 'select_page', pfn: null })}>follow the steps</button>`
        }
      </header>
      <dl>
        <dt>place</dt><dd>${cell(subject, 'place', page.place || page.kind)}</dd>
        ${page.compound === null ? nothing : html`<dt>compound</dt><dd>${page.compound}</dd>`}
        <dt>flags</dt><dd>${flags(page)}</dd>
        <dt>mapped</dt><dd>${cell(subject, '_mapcount + 1', page.mapped_by.join(' ') || 'nowhere')}</dd>
        ${page.noted === null ? nothing : html`<dt>noted type</dt><dd>${cell(subject, 'cached migratetype', page.noted)}</dd>`}
        ${page.words.length === 0 ? nothing : html`<dt>holds</dt><dd>${page.words.map((word, at) => html`${cell(subject, `word ${at}`, word)} `)}</dd>`}
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
                ? cell(subject, '_refcount', '= _refcount', page.refcount)
                : html`<span class="bad">${cell(subject, '_refcount', `≠ _refcount ${page.refcount}`)}</span>`
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

  #change(type: 'next_change' | 'previous_change', pfn: number): TemplateResult {
    const next = type === 'next_change';
    const name = `${next ? 'Next' : 'Previous'} change of page ${pfn}`;
    return html`<button class="plain" aria-label=${name} title="${name} (${next ? ']' : '['})"
      @click=${() => request(this, { type, pfn })}>${icon(next ? 'forward' : 'back')}</button>`;
  }
}

/** The words behind the flags. */
const FIELDS: Readonly<Record<string, string>> = {
  lru: 'PG_lru',
  anon: 'PageAnon',
  anon_exclusive: 'PG_anon_exclusive',
  locked: 'PG_locked',
  dirty: 'PG_dirty',
  swapbacked: 'PG_swapbacked',
  swapcache: 'PG_swapcache',
  ksm: 'PageKsm',
};

/** Of a page in the swap cache with its slot. */
function flags({ pfn, flags, slot }: PageView): unknown {
  const shown = (flag: string) => (flag === 'swapcache' ? `swapcache(slot ${slot})` : flag);
  const one = (flag: string) => {
    const field = FIELDS[flag];
    return field ? html`${cell(`page ${pfn}`, field, shown(flag))} ` : `${flag} `;
  };
  return flags.length === 0 ? 'none' : flags.map(one);
}

customElements.define('pagerace-ledger', PageraceLedger);
