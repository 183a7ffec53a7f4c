import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import { type Cell, cell, choices, fresh, type Row, rows } from '../matrix';
import { EMPTY, type Model } from '../model';
import type { ClaimedKernel, ExplorationView } from '../protocol';
import { ui } from '../ui';
import { count, driftText, signed, witnessText } from '../wording';
import { barStyles } from './bar-style';
import { matrixStyles } from './matrix-style';

const MARKS = {
  never: 'N',
  sometimes: 'S',
  always: 'A',
  'always so far': 'A?',
  'not found': '?',
} as const;

/** Outcomes by kernels: each cell says never, sometimes or always, and opens its witness. */
export class PageraceMatrix extends LitElement {
  static override properties = { model: { attribute: false }, added: { state: true } };
  static override styles = [ui, barStyles, matrixStyles];

  declare model: Model;
  /** Kernels besides those of the claims: the reader's own, and those that were on the stage. */
  declare private added: readonly ClaimedKernel[];
  #opened: Model['opened'] = null;
  #refused = new Map<string, string>();

  constructor() {
    super();
    this.model = EMPTY;
    this.added = [];
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { scenario, pool, opened } = this.model;
    if (!changed.has('model') || !scenario || !opened) return;
    if (opened !== this.#opened) {
      this.#opened = opened;
      this.#refused.clear();
      this.added = [];
    }
    const known = new Set(this.#columns().map((it) => it.name));
    if (!known.has(scenario.own.name)) this.added = [...this.added, scenario.own];
    for (const { kernel, why } of pool?.refused ?? []) this.#refused.set(kernel, why);
  }

  protected override firstUpdated(): void {
    this.#search();
  }

  override render(): TemplateResult {
    const views = this.#views();
    const claimed = this.model.scenario?.properties.filter((it) => it.claimed) ?? [];
    const all = rows(
      [...views.values()],
      claimed.map((it) => it.name),
    );
    const kinds = (wanted: boolean) => all.filter((it) => (it.kind === 'outcome') === wanted);
    const columns = this.#columns();
    return html`<section aria-labelledby="matrix">
      <h3 id="matrix">Kernels by outcomes</h3>
      ${this.#bar(columns)}
      <div class="scroll" role="group" aria-labelledby="matrix" tabindex="0">
        <table>
          <thead><tr>
            <th scope="col">Executions that</th>
            ${columns.map((it) => this.#head(it, views.get(it.name)))}
          </tr></thead>
          ${this.#body('go wrong', kinds(false), columns, views)}
          ${this.#body('end so', kinds(true), columns, views)}
          <tbody><tr class="claims"><th scope="row">Expectations</th>
            ${columns.map((it) => html`<td>${this.#claims(views.get(it.name))}</td>`)}</tr></tbody>
        </table>
      </div>
      <p class="soft legend"><span class="mark">N</span> never, <span class="mark">S</span> sometimes,
        <span class="mark">A</span> always, <span class="mark">?</span> not found, but not everything was searched.
        A cell opens its kernel with the interleaving of the fewest context switches.</p>
    </section>`;
  }

  #columns(): ClaimedKernel[] {
    return fresh([...(this.#opened?.scenario.kernels ?? []), ...this.added], new Set());
  }

  /** The latest that is known of each kernel. */
  #views(): Map<string, ExplorationView> {
    const { searched, pool, search } = this.model;
    const all = [...(pool?.now ?? []), ...(search ? [search.view] : []), ...searched];
    const views = new Map<string, ExplorationView>();
    for (const view of all) views.set(view.kernel, view);
    return views;
  }

  /** What is neither searched nor being searched nor impossible. */
  #missing(columns = this.#columns()): ClaimedKernel[] {
    const done = this.model.searched.map((it) => it.kernel);
    return fresh(columns, new Set([...done, ...this.#refused.keys()]));
  }

  #search(): void {
    this.#ask(this.#missing());
  }

  #ask(kernels: readonly ClaimedKernel[]): void {
    if (kernels.length === 0 || !this.#opened) return;
    const { text } = this.#opened;
    request(this, { type: 'search_kernels', text, kernels });
  }

  #bar(columns: readonly ClaimedKernel[]): TemplateResult {
    const { pool, scenario, catalogue } = this.model;
    const missing = this.#missing([...columns]);
    const presets = catalogue?.kernels.map((it) => it.name) ?? [];
    const patches = scenario?.patches.map(([name]) => name) ?? [];
    const more = scenario
      ? fresh(choices(scenario.own, presets, patches), new Set(columns.map((it) => it.name)))
      : [];
    return html`<div class="bar">
      <label>Add a kernel
        <select .value=${''} @change=${(event: Event) => this.#add(event, more)}>
          <option value="">choose</option>
          ${more.map((it) => html`<option value=${it.name}>${it.name}</option>`)}
        </select>
      </label>
      ${
        pool?.running
          ? html`<button @click=${() => request(this, { type: 'cancel_kernels' })}>Cancel</button>
              <span class="soft progress">${pool.done} of ${count(pool.all, 'kernel')}</span>`
          : missing.length > 0
            ? html`<button @click=${this.#search}>Search ${count(missing.length, 'kernel')}</button>`
            : html`<span class="soft progress">every kernel searched</span>`
      }
    </div>`;
  }

  #add(event: Event, more: readonly ClaimedKernel[]): void {
    const select = event.target as HTMLSelectElement;
    const kernel = more.find((it) => it.name === select.value);
    select.value = '';
    if (!kernel) return;
    this.added = [...this.added, kernel];
    this.#ask([kernel]);
  }

  #head(kernel: ClaimedKernel, view: ExplorationView | undefined): TemplateResult {
    const own = kernel.name === this.model.scenario?.own.name;
    const why = this.#refused.get(kernel.name);
    const state = () => {
      if (why !== undefined) return html`<span class="bad">cannot run it</span>`;
      if (!view) return this.model.pool?.running ? 'waiting' : 'not searched';
      const states = count(view.states, 'state');
      return view.complete || view.sample
        ? states
        : `${states}${view.running ? ' …' : ', stopped'}`;
    };
    return html`<th scope="col" class=${own ? 'own' : ''} title=${why ?? nothing}>
      <span class="mono">${kernel.name}</span>${own ? html` <span class="hidden">(on the stage)</span>` : nothing}
      <span class="states">${state()}</span>
      ${why === undefined ? nothing : html`<span class="states why">${why}</span>`}
    </th>`;
  }

  #body(
    title: string,
    all: readonly Row[],
    columns: readonly ClaimedKernel[],
    views: ReadonlyMap<string, ExplorationView>,
  ): TemplateResult | typeof nothing {
    if (all.length === 0) return nothing;
    return html`<tbody>
      <tr class="group"><th scope="rowgroup"><span>${title}</span></th><td colspan=${columns.length}></td></tr>
      ${all.map(
        (row) => html`<tr>
          <th scope="row">${rowName(row)}</th>
          ${columns.map((kernel) => {
            const view = views.get(kernel.name);
            return html`<td>${view ? this.#cell(kernel, row, cell(view, row)) : nothing}</td>`;
          })}
        </tr>`,
      )}
    </tbody>`;
  }

  #cell(kernel: ClaimedKernel, row: Row, { word, witness }: Cell): TemplateResult {
    const wrong = row.kind !== 'outcome' && witness !== null;
    const said = html`<span class="mark ${word === 'never' ? 'never' : ''} ${wrong ? 'wrong' : ''}" aria-hidden="true"
      >${MARKS[word]}</span>${word}`;
    if (!witness) return html`<span class="word">${said}</span>`;
    const { base, toggles } = kernel;
    const { schedule } = witness;
    return html`<button class="cell" title="Open ${kernel.name} with ${witnessText(witness)}"
      @click=${() => request(this, { type: 'kernel', base, toggles, schedule })}>${said}</button>`;
  }

  #claims(view: ExplorationView | undefined): TemplateResult | typeof nothing {
    if (!view) return nothing;
    const claims = view.expectations;
    if (claims.length === 0) return html`<span class="soft">none</span>`;
    const broken = claims.filter((it) => it.verdict === 'broken').length;
    const met = claims.filter((it) => it.verdict === 'met').length;
    if (broken > 0) return html`<span class="bad">${icon('broken')} ${broken} broken</span>`;
    return met === claims.length
      ? html`<span class="good">${icon('holds')} ${met} met</span>`
      : html`${icon('unknown')} ${claims.length - met} undecided`;
  }
}

/** What a row asks for, in the words of outcome tables. */
function rowName({ kind, results, breaks, end, drift }: Row): TemplateResult {
  if (kind === 'breaks') return html`break <code>${breaks[0]}</code>`;
  if (kind === 'end') return html`end in <b>${end}</b>`;
  return html`${results.map(([name, value]) => html`<code>${name} = <b>${value}</b></code> `)}${
    drift === 0 ? nothing : html`<code title=${driftText(drift)}>drift ${signed(drift)}</code> `
  }${end === 'done' ? nothing : html`<b>${end}</b> `}${
    breaks.length === 0 ? nothing : html`<span class="broke">breaks ${breaks.join(', ')}</span>`
  }`;
}

customElements.define('pagerace-matrix', PageraceMatrix);
