/** The history of a page, a pageblock, a process: what changed it, and why it is what it is. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { inline } from '../elements/inline';
import { icon } from '../icons';
import type { Model, Word } from '../model';
import type { HistoryView, PastView, ReasonView } from '../protocol';
import { ui } from '../ui';
import { vars } from '../vars';
import { chart, MOST_SERIES, type Series } from './chart';
import { subjectsOf } from './subjects';
import type { Traces } from './traces';

const style = css`
  form {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 12px;
    align-items: baseline;
    padding: 8px 0;
    font-size: var(--small);
  }
  .close {
    margin-left: auto;
  }
  ol,
  ul {
    list-style: none;
    padding: 0;
    font-size: var(--small);
  }
  .why {
    padding-bottom: 6px;
  }
  .why li {
    padding-left: calc(var(--depth) * 14px);
    margin: 2px 0;
  }
  .changes {
    max-height: 320px;
    overflow: auto;
    scrollbar-width: thin;
  }
  table {
    width: 100%;
    font-size: var(--small);
  }
  .future {
    opacity: 0.6;
  }
  tr[aria-current] {
    background: var(--sunken);
    box-shadow: inset 3px 0 0 var(--ink);
  }
  td button {
    min-height: 24px;
  }
  td code {
    overflow-wrap: anywhere;
  }
  td:nth-child(3) code {
    white-space: nowrap;
  }
  @media print {
    form {
      display: none;
    }
    .changes {
      max-height: none;
      overflow: visible;
    }
  }
  .chart {
    margin: 6px 0;
  }
  .plot {
    position: relative;
    height: 120px;
    margin: 14px 0 1.6em 5ch;
    font: var(--tiny) / 1 var(--mono);
    color: var(--soft);
    background: var(--sunken);
  }
  svg {
    display: block;
    width: 100%;
    height: 100%;
    overflow: visible;
  }
  svg * {
    vector-effect: non-scaling-stroke;
  }
  .value {
    position: absolute;
    right: calc(100% + 6px);
    top: var(--top);
    translate: 0 -50%;
  }
  .time {
    position: absolute;
    top: calc(100% + 6px);
    left: 0;
  }
  .time.last {
    left: auto;
    right: 0;
  }
  path {
    fill: none;
    stroke: var(--ink);
    stroke-width: 2;
  }
  .expected {
    stroke-dasharray: 6 4;
    stroke-width: 1.5;
  }
  .grid {
    stroke: var(--line);
  }
  .cursor {
    stroke: var(--ink);
    stroke-dasharray: 2 2;
  }
  /* Colour only helps: each line has its own dashes and marks. */
  .look1 {
    color: var(--link);
    stroke: var(--link);
    stroke-dasharray: 9 4;
  }
  .look2 {
    color: var(--bad);
    stroke: var(--bad);
    stroke-dasharray: 2 3;
  }
  .look3 {
    color: var(--good);
    stroke: var(--good);
    stroke-dasharray: 10 3 2 3;
  }
  .mark {
    position: absolute;
    left: var(--left);
    top: var(--top);
    translate: -50% -50%;
    pointer-events: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .legend svg {
    width: 44px;
    height: 14px;
  }
  .beside {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 10px;
    align-items: center;
    font-size: var(--small);
  }
  .turns {
    display: flex;
    gap: 4px;
  }
  figcaption {
    font-size: var(--small);
    color: var(--soft);
  }
  @media (pointer: coarse), (max-width: 700px) {
    button,
    select,
    td button {
      min-height: 44px;
    }
  }
`;

/** The panel; it asks for what it shows. */
export class PageraceHistory extends LitElement {
  static override properties = {
    model: { attribute: false },
    traces: { attribute: false },
    past: { state: true },
    reasons: { state: true },
    series: { state: true },
    beside: { state: true },
  };
  static override styles = [ui, style];

  declare model: Model;
  declare traces: Traces;
  declare private past: HistoryView | null;
  declare private reasons: readonly ReasonView[];
  declare private series: readonly Series[];
  /** The pages that the reader wants beside the one whose history this is. */
  declare private beside: readonly number[];
  #asked = '';
  #trace: Model['trace'] | null = null;

  constructor() {
    super();
    this.past = null;
    this.reasons = [];
    this.series = [];
    this.beside = [];
  }

  /** What is chosen, once all that can be is there. */
  protected override updated(): void {
    const { word } = this.model;
    const [what, field] = this.renderRoot.querySelectorAll('form select');
    if (what) (what as HTMLSelectElement).value = word?.subject ?? '';
    if (field) (field as HTMLSelectElement).value = word?.field ?? '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { word: history, trace, state } = this.model;
    if (!changed.has('model') || !history) return;
    const about = `${history.subject} ${history.field} ${state?.cursor}`;
    if (about === this.#asked && trace === this.#trace) return;
    const other = this.#trace !== trace || this.past?.subject !== history.subject;
    if (this.#trace !== trace) this.series = [];
    this.#asked = about;
    this.#trace = trace;
    void this.#ask(history, other);
  }

  /** The page whose history this is; none where it is of something else. */
  get #page(): number | null {
    const found = /^page (\d+)$/.exec(this.model.word?.subject ?? '');
    return found ? Number(found[1]) : null;
  }

  /** The pages of the chart. */
  get #charted(): number[] {
    const page = this.#page;
    const beside = this.beside.filter((it) => it !== page);
    return page === null ? [] : [page, ...beside].slice(0, MOST_SERIES);
  }

  /** The references that are not known yet. */
  async #askReferences(): Promise<void> {
    const { model, traces } = this;
    const known = new Set(this.series.map((it) => it.page));
    const missing = this.#charted.filter((it) => !known.has(it));
    for (const page of missing) {
      const references = await traces.references(model, page);
      if (references && this.model.trace === model.trace)
        this.series = [...this.series.filter((it) => it.page !== page), { page, references }];
    }
  }

  async #ask(word: Word, other: boolean): Promise<void> {
    const { model, traces } = this;
    const current = () =>
      this.model.word?.subject === word.subject && this.model.trace === model.trace;
    try {
      if (other) {
        const past = await traces.history(model, word.subject);
        await this.#askReferences();
        if (!current()) return;
        this.past = past;
      }
      const field = word.field ?? this.past?.fields[0]?.[0] ?? '';
      const reasons = await traces.why(model, word.subject, field);
      const { word: now, state } = this.model;
      if (current() && now?.field === word.field && state?.cursor === model.state?.cursor)
        this.reasons = reasons;
    } catch (error) {
      this.reasons = [{ step: null, cpu: null, depth: 0, words: String(error) }];
    }
  }

  #choose(word: Word): void {
    request(this, { type: 'history', word });
  }

  #seek(cursor: number): void {
    request(this, { type: 'seek', cursor });
  }

  override render(): TemplateResult | typeof nothing {
    const { word: history, state } = this.model;
    if (!history || !state) return nothing;
    const fields = [...new Map(this.past?.fields ?? []).keys()];
    const subject = (event: Event) =>
      this.#choose({ subject: (event.target as HTMLSelectElement).value, field: null });
    const field = (event: Event) =>
      this.#choose({ ...history, field: (event.target as HTMLSelectElement).value || null });
    const subjects = [...new Set([history.subject, ...subjectsOf(state, this.model.trace)])];
    return html`<section aria-labelledby="history">
      <div class="head"><h2 id="history">History</h2></div>
      <form @submit=${(event: Event) => event.preventDefault()}>
        <label>What <select @change=${subject}>${subjects.map(
          (it) => html`<option value=${it}>${it}</option>`,
        )}</select></label>
        <label>Field <select @change=${field}>
          <option value="">all</option>
          ${fields.map((it) => html`<option value=${it}>${it}</option>`)}
        </select></label>
        ${this.#turns(history, state.cursor)}
        <button class="close plain" type="button" @click=${() => request(this, { type: 'history', word: null })}>close</button>
      </form>
      ${this.#why()}
      ${this.#chart(state.cursor, subjects)}
      ${this.#changes(history, state.cursor)}
    </section>`;
  }

  /** The changes of what is shown. */
  #shown({ subject, field }: Word): readonly PastView[] {
    const all = this.past?.subject === subject ? this.past.changes : [];
    return all.filter((it) => field === null || it.field === field);
  }

  #turns(word: Word, cursor: number): TemplateResult {
    const steps = this.#shown(word).map((it) => it.step);
    const button = (name: string, to: number | undefined, picture: 'back' | 'forward') =>
      html`<button type="button" aria-label="${name} change" title="${name} change" aria-disabled=${to === undefined}
        @click=${() => to !== undefined && this.#seek(to)}>${icon(picture)}</button>`;
    return html`<span class="turns" role="group" aria-label="Changes of ${word.field ?? word.subject}">
      ${button('Previous', steps.filter((it) => it < cursor).at(-1), 'back')}
      ${button(
        'Next',
        steps.find((it) => it > cursor),
        'forward',
      )}
    </span>`;
  }

  #chart(cursor: number, subjects: readonly string[]): TemplateResult | typeof nothing {
    const charted = this.#charted;
    const known = new Map(this.series.map((it) => [it.page, it]));
    const series = charted.flatMap((page) => known.get(page) ?? []);
    if (series.length === 0) return nothing;
    const pages = subjects.flatMap((it) => /^page (\d+)$/.exec(it)?.[1] ?? []).map(Number);
    const others = pages.filter((page) => !charted.includes(page));
    const add = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      this.#besides([...charted.slice(1), Number(select.value)]);
      select.value = '';
    };
    const drop = (page: number) => this.#besides(charted.slice(1).filter((it) => it !== page));
    return html`${chart(series, cursor)}
      <div class="beside" role="group" aria-label="Pages of the chart">
        ${
          charted.length < MOST_SERIES && others.length > 0
            ? html`<label>Add to the chart <select .value=${''} @change=${add}>
                <option value="">a page</option>
                ${others.map((page) => html`<option value=${page}>page ${page}</option>`)}
              </select></label>`
            : nothing
        }
        ${charted.slice(1).map(
          (page) =>
            html`<button aria-label="Take page ${page} out of the chart" title="Take page ${page} out of the chart"
              @click=${() => drop(page)}>page ${page} ${icon('close')}</button>`,
        )}
      </div>`;
  }

  #besides(pages: readonly number[]): void {
    this.beside = pages;
    void this.#askReferences();
  }

  #why(): TemplateResult {
    return html`<h3>Why</h3><ol class="why" aria-live="polite">${this.reasons.map(
      (reason) =>
        html`<li ${vars({ '--depth': reason.depth })}>${inline(reason.words)} ${
          reason.step === null
            ? nothing
            : html`<button class="inline plain" @click=${() => this.#seek(reason.step ?? 0)}>go to step ${reason.step}</button>`
        }</li>`,
    )}</ol>`;
  }

  #changes(history: Word, cursor: number): TemplateResult {
    const shown = this.#shown(history);
    const last = shown.filter((it) => it.step <= cursor).at(-1);
    if (shown.length === 0) return html`<p class="soft">No step of this trace changes it.</p>`;
    return html`<div class="changes" tabindex="0" role="region" aria-label="Changes of ${history.subject}">
      <table><thead><tr><th scope="col">Step</th><th scope="col">CPU</th><th scope="col">Change</th><th scope="col">Line</th></tr></thead>
      <tbody>${shown.map((it) => this.#change(it, it.step > cursor, it === last, history))}</tbody></table>
    </div>`;
  }

  #change(past: PastView, future: boolean, last: boolean, history: Word): TemplateResult {
    return html`<tr class=${future ? 'future' : ''} aria-current=${last ? 'true' : nothing}>
      <td><button class="plain" @click=${() => this.#seek(past.step)} aria-label="Go to step ${past.step}">${past.step}</button></td>
      <td><span class="cpu cpu${past.cpu}">CPU${past.cpu}</span></td>
      <td>${
        history.field === null
          ? html`<button class="plain" @click=${() => this.#choose({ ...history, field: past.field })}>${past.field}</button> `
          : nothing
      }<code>${past.from} → ${past.to}</code></td>
      <td><code>${past.function}${past.function ? ': ' : ''}${past.line}</code></td>
    </tr>`;
  }
}

customElements.define('pagerace-history', PageraceHistory);
