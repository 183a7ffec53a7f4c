import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import type { ContentsView, WayView } from '../protocol';
import { ui } from '../ui';
import { asSentence } from '../wording';
import { cell } from './cell';

/** What virtual pages hold, by every way that leads to them. Loaded when a scenario has contents. */
export class PageraceContents extends LitElement {
  static override properties = { contents: { attribute: false } };
  static override styles = [
    ui,
    css`
      .pages {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(290px, 100%), 1fr));
        gap: 14px 28px;
        padding-top: 10px;
        align-items: start;
      }
      td,
      th {
        padding: 3px 10px 3px 0;
      }
      .word {
        font-family: var(--mono);
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
        width: 1%;
      }
      .word .icon {
        vertical-align: -0.2em;
      }
      .written th,
      .written td {
        border-bottom-color: var(--strong-line);
      }
      .page {
        min-height: 24px;
        min-width: 24px;
        padding: 0 2px;
      }
      .says {
        padding-top: 4px;
        font-size: var(--small);
        min-height: 3.1em;
      }
      .says .icon {
        vertical-align: -0.2em;
      }
      @media (max-width: 700px) {
        .page {
          min-height: 44px;
          min-width: 44px;
        }
      }
    `,
  ];

  declare contents: readonly ContentsView[];

  constructor() {
    super();
    this.contents = [];
  }

  override render(): TemplateResult {
    return html`<section aria-labelledby="contents">
      <div class="head">
        <h2 id="contents">Contents</h2>
        <span class="aside">what was written last, and what each side finds</span>
      </div>
      <div class="pages">${this.contents.map((it) => this.#page(it))}</div>
    </section>`;
  }

  #page({ name, expected, ways, wrong }: ContentsView): TemplateResult {
    return html`<div>
      <table>
        <thead>
          <tr>
            <th scope="col" class="mono">${name}</th>
            <th scope="col">leads to</th>
            ${expected.map((_, word) => html`<th scope="col" class="word">[${word}]</th>`)}
          </tr>
        </thead>
        <tbody>
          <tr class="written">
            <th scope="row">written last</th>
            <td></td>
            ${expected.map((value) => html`<td class="word">${value ?? 'any'}</td>`)}
          </tr>
          ${ways.map((way) => this.#way(way, expected))}
        </tbody>
      </table>
      <p class="says">${
        wrong === null
          ? html`<span class="soft">${agreement(ways)}</span>`
          : html`<span class="bad">${icon('broken')} ${asSentence(wrong)}</span>`
      }</p>
    </div>`;
  }

  #way({ who, at, pfn, words }: WayView, expected: ContentsView['expected']): TemplateResult {
    const column = (must: number | null, word: number) => {
      const found = words[word];
      if (found === undefined) return html`<td class="word soft">none</td>`;
      const value = pfn === null ? found : cell(`page ${pfn}`, `word ${word}`, found);
      if (must === null || must === found) return html`<td class="word">${value}</td>`;
      return html`<td class="word bad">${value} ${icon('broken')}<span class="hidden">not as written</span></td>`;
    };
    return html`<tr>
      <th scope="row">${who}</th>
      <td>${
        pfn === null
          ? html`<span class="soft">${at}</span>`
          : html`<button class="plain page" @click=${() => request(this, { type: 'select_page', pfn })}>${at}</button>`
      }</td>
      ${expected.map(column)}
    </tr>`;
  }
}

/** Where nothing is wrong. */
function agreement(ways: readonly WayView[]): string | typeof nothing {
  const pages = new Set(ways.map((way) => way.pfn));
  if (ways.length > 1 && pages.size === 1) return 'All of them lead to the same page.';
  return ways.length > 1 ? 'What is there is what was written.' : nothing;
}

customElements.define('pagerace-contents', PageraceContents);
