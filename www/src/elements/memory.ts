import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { request } from '../actions';
import type { BlockView, CmaView, PageView, StateView } from '../protocol';
import { migratetypes, ui } from '../ui';
import { vars } from '../vars';
import { cell } from './cell';
import { freeLists, pcplists } from './lists';
import { memoryStyles } from './memory-style';
import './page-ledger';

/** Above this many pages a page is a tick with its number only. */
const DETAILED = 48;

/** Above this many a free block is drawn as its first page alone, which says its order. */
const DRAWN = 512;

/** What the engine calls a page inside a free block. */
const TAIL = 'free (tail)';

/** What stands in a page's cell: a free block says its size once. */
function words(page: PageView): string {
  if (page.kind === 'removed') return 'no struct page';
  if (page.place === TAIL) return '…';
  if (page.compound !== null) return page.compound === 'head' ? 'head' : 'tail';
  if (page.order === null) return page.kind;
  return page.kind === 'free' ? `order ${page.order}` : `${page.kind} ${page.order}`;
}

/** The zone: pageblocks with their pages, free lists, counters, CMA bitmaps. */
export class PageraceMemory extends LitElement {
  static override properties = { state: { attribute: false }, page: { attribute: false } };
  static override styles = [ui, migratetypes, memoryStyles];

  declare state: StateView | null;
  /** The page that the reader chose; none to follow the steps. */
  declare page: number | null;
  #followed: number | null = null;
  #drawn: typeof import('./compounds') | undefined;

  constructor() {
    super();
    this.state = null;
    this.page = null;
  }

  protected override willUpdate(): void {
    this.#followed = followed(this.state?.pages ?? [], this.#followed);
  }

  override render(): TemplateResult {
    const { state } = this;
    const pages = state?.pages ?? [];
    const shown = this.page ?? this.#followed;
    const page = pages.find((it) => it.pfn === shown) ?? null;
    return html`<section aria-labelledby="memory">
      <div class="head">
        <h2 id="memory">Memory</h2>
        <span class="aside">what the step at the cursor changed is ringed</span>
      </div>
      <div class="blocks ${pages.length > DETAILED ? 'compact' : ''}">
        ${state?.blocks.map((block) => this.#block(block, pages, page?.pfn ?? null))}
      </div>
      ${state ? this.#large(state) : nothing}
      <pagerace-ledger .page=${page} .following=${this.page === null}></pagerace-ledger>
      ${state ? this.#zone(state) : nothing}
    </section>`;
  }

  /** Few machines have huge pages or sections: what draws them comes with the first that does. */
  #large({ compounds, sections }: StateView): TemplateResult | typeof nothing {
    if (compounds.length + sections.length === 0) return nothing;
    if (this.#drawn) {
      return html`${this.#drawn.compounds(compounds, (pfn) => this.#choose(pfn))}
        ${this.#drawn.sections(sections)}`;
    }
    void import('./compounds').then((drawn) => {
      this.#drawn = drawn;
      this.requestUpdate();
    });
    return nothing;
  }

  /** A step changes a few pages: a block, and a cell in it, is drawn again when its pages change. */
  #block(block: BlockView, pages: readonly PageView[], shown: number | null): unknown {
    const { first, migratetype, area, changed } = block;
    const own = pages.slice(first, first + block.pages);
    const pressed = shown !== null && shown >= first && shown < first + block.pages ? shown : null;
    return guard([first, migratetype, area, changed, pressed, pages.length, ...own], () => {
      const drawn = own.filter((it) => pages.length <= DRAWN || it.place !== TAIL || it.changed);
      const cells = drawn.map((page) => {
        const isShown = page.pfn === pressed;
        return guard([page, isShown], () => this.#page(page, isShown, pages.length > DETAILED));
      });
      return html`<section class="block mt${block.letter} ${changed ? 'changed' : ''}"
        aria-label="pageblock ${block.number}, ${migratetype}" ${vars({ '--pages': block.pages, '--cells': cells.length })}>
        <header class="band mt${block.letter}">
          <b class="mt mt${block.letter}" aria-hidden="true">${block.letter}</b>
          <span class="type">${cell(`pageblock ${block.number}`, 'migratetype', migratetype.replace(/^MIGRATE_/, ''))}</span>
          <span class="area">${area ?? nothing}</span>
        </header>
        <div class="pages">${cells}</div>
      </section>`;
    });
  }

  #page(page: PageView, shown: boolean, compact: boolean): TemplateResult {
    const kind = `kind-${page.kind.replaceAll(' ', '-')}`;
    const body = page.order ? 'head' : page.place === TAIL ? 'tail' : '';
    const part = page.compound === null ? '' : page.compound === 'head' ? 'first' : 'further';
    const classes = `page ${page.changed ? 'changed' : ''} ${kind} ${body} ${part}`;
    const choose = () => this.#choose(page.pfn);
    const label = spoken(page);
    return html`<button class=${classes} aria-pressed=${shown} aria-label=${label} title=${label}
      @click=${choose}>
      <span class="pfn">${page.pfn}</span>
      ${
        compact
          ? nothing
          : html`<span class="names">${page.mapped_by.join(' ')}</span>
            <span class="kind">${words(page)}</span>
            <span class="count">ref <b>${page.refcount}</b></span>
            <span class="count">map <b>${page.mapcount}</b></span>
            <span class="count">pin <b>${page.pins}</b></span>`
      }
    </button>`;
  }

  #zone(state: StateView): TemplateResult {
    const { counters } = state;
    return html`<div class="zone">
      <div>
        <h3>Free lists</h3>
        ${freeLists(state, (pfn) => this.#choose(pfn))}
        ${pcplists(state, (pfn) => this.#choose(pfn))}
      </div>
      <div>
        <h3>Counters</h3>
        <table>
          <tbody>
            ${counter('NR_FREE_PAGES', counters.nr_free, counters.free, 'on the lists')}
            ${counter('NR_FREE_CMA_PAGES', counters.nr_free_cma, counters.free_cma, 'on the lists')}
            ${
              counters.nr_isolate_pageblock === null
                ? nothing
                : counter(
                    'nr_isolate_pageblock',
                    counters.nr_isolate_pageblock,
                    counters.isolated,
                    'isolated',
                  )
            }
            ${state.cma.map(
              (area) => html`<tr>
                <th scope="row">bitmap of <span class="mono">${area.name}</span></th>
                <td class="bits">${cell(area.name, 'bitmap', bits(area), bitmap(area.bitmap))}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div>`;
  }

  #choose(pfn: number): void {
    request(this, { type: 'select_page', pfn });
  }
}

/** A counter, what it counts, and by how much it is off. */
function counter(name: string, says: number, is: number, what: string): TemplateResult {
  const drift = says - is;
  return html`<tr>
    <th scope="row" class="mono">${name}</th>
    <td class="mono">${cell('zone', name, says)} ${
      drift === 0
        ? html`<span class="soft">= ${what}</span>`
        : html`<span class="bad">≠ ${is} ${what}: drift ${drift > 0 ? '+' : '−'}${Math.abs(drift)}</span>`
    }</td>
  </tr>`;
}

const bits = ({ base, bitmap }: CmaView): TemplateResult[] =>
  bitmap.map(
    (bit, at) => html`<i class=${bit ? 'set' : ''} title="page ${base + at}">${bit ? 1 : 0}</i>`,
  );

const bitmap = (bits: readonly boolean[]): string => bits.map((bit) => (bit ? '1' : '0')).join(' ');

const spoken = (page: PageView): string =>
  `page ${page.pfn}: ${page.compound === null ? '' : `${page.compound}, `}${page.place || page.kind}, refcount ${page.refcount}, mapcount ${page.mapcount}, pins ${page.pins}` +
  (page.mapped_by.length > 0 ? `, mapped by ${page.mapped_by.join(', ')}` : '') +
  (page.words.length > 0 ? `, holds ${page.words.join(' and ')}` : '') +
  (page.changed ? ', changed by this step' : '');

/** The page to show while none is chosen: what changed, else what it was, else one in use. */
function followed(pages: readonly PageView[], last: number | null): number | null {
  const found =
    pages.find((page) => page.changed) ??
    pages.find((page) => page.pfn === last) ??
    pages.find((page) => page.mapped_by.length > 0) ??
    pages[0];
  return found?.pfn ?? null;
}

customElements.define('pagerace-memory', PageraceMemory);
