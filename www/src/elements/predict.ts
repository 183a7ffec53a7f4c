import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import { EMPTY, type Model } from '../model';
import { type Candidate, candidates } from '../predict';
import type { OutcomeView } from '../protocol';
import { ui } from '../ui';
import { asSentence, count, coverage, driftText, results, signed, witnessText } from '../wording';

/** Asks which outcomes there are before it shows them. */
export class PageracePredict extends LitElement {
  static override properties = {
    model: { attribute: false },
    ticked: { state: true },
    shown: { state: true },
  };
  static override styles = [
    ui,
    css`
      p {
        padding: 4px 0;
        max-width: 70ch;
      }
      fieldset {
        margin: 6px 0;
        padding: 0;
        border: none;
        min-width: 0;
      }
      legend {
        padding: 0 0 4px;
        font-weight: 650;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 12px;
        padding: 4px 8px;
        border-top: 1px solid var(--line);
        border-left: 4px solid transparent;
      }
      .right {
        border-left-color: var(--good);
      }
      .wrong {
        border-left-color: var(--bad);
      }
      label {
        display: flex;
        align-items: center;
        gap: 10px;
        flex: 1 1 20ch;
        min-height: 34px;
        min-width: 0;
        overflow-wrap: anywhere;
        font-size: var(--small);
        cursor: pointer;
      }
      code + code {
        margin-left: 0.8em;
      }
      input {
        flex: none;
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--ink);
      }
      .verdict {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        font-size: var(--small);
        font-weight: 650;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        padding: 8px 0;
      }
      @media (max-width: 700px), (pointer: coarse) {
        label {
          min-height: 44px;
        }
      }
    `,
  ];

  declare model: Model;
  /** What the reader holds possible. */
  declare private ticked: ReadonlySet<string>;
  declare private shown: boolean;
  #about = '';

  constructor() {
    super();
    this.model = EMPTY;
    this.ticked = new Set();
    this.shown = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { scenario, text } = this.model;
    if (!changed.has('model') || !scenario) return;
    const about = JSON.stringify([scenario.title, scenario.own]);
    if (about === this.#about) return;
    this.#about = about;
    this.ticked = new Set();
    this.shown = false;
    if (text !== '') void this.updateComplete.then(() => this.#search());
  }

  /** The search runs while the reader thinks. */
  #search(): void {
    const { search } = this.model;
    if (search === null || (search.stopped && !search.view.complete))
      request(this, { type: 'explore' });
  }

  override render(): TemplateResult {
    const { search, scenario } = this.model;
    const ready = search !== null && !search.view.running;
    return html`<section aria-labelledby="predict">
      <h2 id="predict">Predict first: ${scenario?.own.name}</h2>
      <p class="soft">The race stands at its start, and no witness is shown. Step it by hand if you like.</p>
      ${
        ready && scenario
          ? this.#question(candidates(search.view, scenario))
          : html`<p class="soft" role="status">Searching every interleaving, to know the answer …</p>
              ${search ? html`<p class="soft">${count(search.view.states, 'state')}</p>` : nothing}`
      }
    </section>`;
  }

  #question(all: readonly Candidate[]): TemplateResult {
    return html`<fieldset>
        <legend>Which of these can happen, in some interleaving?</legend>
        <ul>${all.map((it) => this.#candidate(it))}</ul>
      </fieldset>
      ${this.shown ? this.#answer(all) : html`<div class="bar"><button class="primary" @click=${this.#show}>Show the answer</button></div>`}`;
  }

  #candidate({ key, outcome, real }: Candidate): TemplateResult {
    const ticked = this.ticked.has(key);
    const right = ticked === real;
    return html`<li class=${this.shown ? (right ? 'right' : 'wrong') : ''}>
      <label><input type="checkbox" .checked=${ticked} ?disabled=${this.shown} @change=${() => this.#tick(key)} />
        <span>${words(outcome)}</span></label>
      ${this.shown ? this.#verdict(outcome, real, right) : nothing}
    </li>`;
  }

  #verdict(outcome: OutcomeView, real: boolean, right: boolean): TemplateResult {
    const { witness, executions } = outcome;
    const never = this.model.search?.view.complete ? 'never' : 'not found';
    const load = (schedule: string) => {
      request(this, { type: 'predict', on: false });
      request(this, { type: 'witness', schedule });
    };
    return html`<span class="verdict ${right ? 'good' : 'bad'}">${icon(right ? 'holds' : 'broken')}
        ${right ? 'right' : 'wrong'}: ${real ? executions : never}</span>
      ${witness ? html`<button title="Load the schedule ${witness.schedule}" @click=${() => load(witness.schedule)}>${icon('play')} ${witnessText(witness)}</button>` : nothing}`;
  }

  #answer(all: readonly Candidate[]): TemplateResult {
    const { search } = this.model;
    const right = all.filter((it) => this.ticked.has(it.key) === it.real).length;
    const listed = all.filter((it) => it.real).length;
    const others = (search?.view.outcomes.length ?? 0) - listed;
    return html`<p role="status"><b>${right} of ${all.length} right.</b>
        ${search ? asSentence(coverage(search)) : nothing}
        ${others > 0 ? `There ${others === 1 ? 'is' : 'are'} ${count(others, 'more outcome')}.` : nothing}</p>
      <div class="bar">
        <button class="primary" @click=${() => request(this, { type: 'predict', on: false })}>All outcomes</button>
        <button @click=${this.#again}>Ask again</button>
      </div>`;
  }

  #tick(key: string): void {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(key)) ticked.add(key);
    this.ticked = ticked;
  }

  #show(): void {
    this.shown = true;
  }

  #again(): void {
    this.shown = false;
    this.ticked = new Set();
  }
}

/** An outcome in words. */
function words(outcome: OutcomeView): TemplateResult {
  const { breaks, drift, end } = outcome;
  return html`${results(outcome).map(([name, value]) => html`<code>${name} = <b>${value}</b></code> `)}
    ${drift === 0 ? nothing : html`<code title=${driftText(drift)}>drift ${signed(drift)}</code>`}
    ${end === 'done' ? nothing : html`<b>${end}</b>`}
    ${breaks.length === 0 ? (end === 'done' ? 'and no property is broken' : nothing) : html`and breaks <b>${breaks.join(', ')}</b>`}`;
}

customElements.define('pagerace-predict', PageracePredict);
