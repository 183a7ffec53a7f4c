import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import type { Search } from '../model';
import type {
  ClaimView,
  ExpectationView,
  ExplorationView,
  OutcomeView,
  ScenarioView,
  StarvingView,
  WitnessView,
} from '../protocol';
import { ui } from '../ui';
import {
  bestOf,
  caveats,
  count,
  coverage,
  driftText,
  often,
  promise,
  repeats,
  results,
  signed,
  unbroken,
  witnessText,
} from '../wording';
import { outcomeStyles } from './outcomes-style';

const MORE = 2_000_000;

/** So many names are read at a glance. */
const FEW = 6;

/** The search over every interleaving: progress, outcomes, and the scenario's claims judged. */
export class PageraceOutcomes extends LitElement {
  static override properties = {
    name: {},
    scenario: { attribute: false },
    search: { attribute: false },
    sampling: { state: true },
  };
  static override styles = [ui, outcomeStyles];

  /** Of the gallery. */
  declare name: string | null;
  declare scenario: ScenarioView | null;
  declare search: Search | null;
  /** Whether samples are asked for. */
  declare sampling: boolean;

  constructor() {
    super();
    this.name = null;
    this.scenario = null;
    this.search = null;
    this.sampling = false;
  }

  override render(): TemplateResult {
    const { search } = this;
    const running = search?.view.running === true && !search.stopped;
    return html`<section aria-labelledby="outcomes">
      <div class="head">
        <h2 id="outcomes">Outcomes</h2>
        <span class="aside">${this.scenario?.kernel ?? nothing}</span>
      </div>
      ${this.#bar()}
      ${
        this.sampling && search
          ? html`<pagerace-sampling .sample=${search.view.sample} .running=${running}></pagerace-sampling>`
          : nothing
      }
      ${search ? this.#found(search) : this.#before()}
    </section>`;
  }

  #bar(): TemplateResult {
    const { search } = this;
    const running = search?.view.running === true && !search.stopped;
    const button = running
      ? html`<button @click=${() => request(this, { type: 'cancel' })}>Cancel</button>`
      : html`<button class=${search?.stopped ? '' : 'primary'} aria-keyshortcuts="x" @click=${() => request(this, { type: 'explore' })}
          >Explore every interleaving</button>`;
    return html`<div class="bar">
      ${button}
      ${
        search?.stopped
          ? html`<button class="primary" @click=${() => request(this, { type: 'go_on' })}>Go on</button>`
          : nothing
      }
      ${
        search && !search.view.running && !search.view.complete
          ? html`<button @click=${() => request(this, { type: 'explore', maxStates: MORE })}
              >Search up to ${count(MORE, 'state')}</button>`
          : nothing
      }
      ${
        search && !running && !search.view.complete && !this.sampling
          ? html`<button @click=${this.#offerSample}>Sample instead</button>`
          : nothing
      }
      <div class="progress ${running ? 'running' : ''}">${search ? this.#progress(search) : nothing}</div>
    </div>`;
  }

  /** Its numbers change many times a second: the dock says aloud what matters of them. */
  #progress(search: Search): TemplateResult {
    const { view, statesPerSecond } = search;
    const facts = [
      ...(view.sample
        ? [count(view.transitions, 'step'), `longest run ${view.depth}`]
        : [count(view.transitions, 'transition'), `depth ${view.depth}`]),
      count(view.outcomes.length, 'outcome'),
    ];
    if (statesPerSecond !== null && !view.sample)
      facts.push(`${count(statesPerSecond, 'state')} per second`);
    const sentences = caveats(view);
    return html`<b>${coverage(search)}</b>
      <span class="soft">${facts.join(', ')}</span>
      ${
        sentences.length === 0
          ? nothing
          : html`<details class="soft"><summary>${view.reduced ? 'a reduced search' : 'states compared by fingerprints'}</summary>${sentences.join(' ')}</details>`
      }`;
  }

  /** Where not everything can be searched, chance may find what is there. */
  async #offerSample(): Promise<void> {
    await import('./sampling');
    this.sampling = true;
  }

  #before(): TemplateResult {
    return html`<p class="hint">Which outcomes can this race have? The search takes every lane in every
      order and says what happens never, sometimes, always, with the interleaving of the fewest
      context switches for each.</p>`;
  }

  #found({ view }: Search): TemplateResult {
    const names = (this.scenario?.properties ?? [])
      .filter((it) => !it.invariant)
      .map((it) => it.name);
    // The claims say what the race is about; a scenario without any asks for everything.
    const claimed = this.scenario?.properties.filter((it) => it.claimed).map((it) => it.name) ?? [];
    const whole = unbroken(view, claimed.length > 0 ? claimed : names);
    return html`
      ${view.sample ? html`<p class="hint">${promise(view.sample)}</p>` : nothing}
      ${view.expectations.length > 0 ? this.#claims(view.expectations) : nothing}
      ${view.elsewhere.length > 0 ? this.#elsewhere(view) : nothing}
      <div class="wide"><table class="found">
        <thead><tr><th>Outcome</th><th>Executions</th><th>Witness</th></tr></thead>
        <tbody>
          ${view.outcomes.map((outcome) => this.#outcome(outcome, view))}
          ${whole.length === 0 ? nothing : this.#whole(whole, view)}
        </tbody>
      </table></div>
      ${view.starving ? this.#starving(view.starving) : nothing}
      ${view.sample ? nothing : this.#inHerdsWords(view)}`;
  }

  #outcome(outcome: OutcomeView, view: ExplorationView): TemplateResult {
    const odd = outcome.end !== 'done';
    return html`<tr>
      <td>
        <span class="results">${results(outcome).map(
          ([name, value]) => html`<code>${name} = <b>${value}</b></code> `,
        )}</span>
        ${outcome.drift === 0 ? nothing : this.#drift(outcome.drift)}
        ${odd ? html`<span class="mark bad">${icon('broken')} ${outcome.end}</span>` : nothing}
        ${outcome.breaks.map((name) => html`<span class="mark bad">${icon('broken')} breaks ${name}</span>`)}
        ${outcome.why.map((words) => html`<div class="soft why">${words}</div>`)}
      </td>
      <td><b>${often(outcome, view)}</b></td>
      <td>${outcome.witness ? this.#witness(outcome.witness) : nothing}</td>
    </tr>`;
  }

  #drift(drift: number): TemplateResult {
    return html`<span class="drift" title=${driftText(drift)}><code>drift <b>${signed(drift)}</b></code>
      <span class="soft">${driftText(drift)}</span></span>`;
  }

  /** What no outcome breaks, in one row; many names would bury the outcomes. */
  #whole(names: readonly string[], view: ExplorationView): TemplateResult {
    const list = names.map((name, index) => html`${index > 0 ? ', ' : ''}<code>${name}</code>`);
    return html`<tr class="whole">
      <td>${
        names.length > FEW
          ? html`<details><summary>breaks any of ${names.length} properties</summary>${list}</details>`
          : html`breaks ${list}`
      }</td>
      <td>${view.complete ? html`<b class="good">never</b>` : 'not found so far'}</td>
      <td></td>
    </tr>`;
  }

  #witness(witness: WitnessView): TemplateResult {
    const load = () => request(this, { type: 'witness', schedule: witness.schedule });
    return html`<button class="witness" title="Load the schedule ${witness.schedule}: ${bestOf(witness)}" @click=${load}>${icon('play')} ${witnessText(witness)}</button>
      ${witness.fewest ? nothing : html`<span class="soft">maybe not the fewest</span>`}
      ${witness.loop_from === null ? nothing : html`<span class="repeats">then ${repeats(witness.loop_from, witness.steps)}</span>`}`;
  }

  /** The block that readers of litmus tests know, once it is asked for. */
  #inHerdsWords(view: ExplorationView): TemplateResult {
    const load = () => void import('./herd');
    return html`<details class="herd" @toggle=${load}><summary>As herd7 prints it</summary>
      <pagerace-herd .name=${this.name ?? this.scenario?.title ?? ''} .view=${view}></pagerace-herd></details>`;
  }

  #starving({ words, witness }: StarvingView): TemplateResult {
    return html`<p class="hint">Under weak fairness alone, with locks that are not queued, an execution
      may go on for ever: ${words.join('; ')}. ${this.#witness(witness)}</p>`;
  }

  #claims(claims: readonly ExpectationView[]): TemplateResult {
    return html`<ul class="claims" aria-label="Expectations of the scenario for this kernel">
      ${claims.map(
        (claim) => html`<li class=${claim.verdict}>
          <span class="verdict">${icon(
            claim.verdict === 'met' ? 'holds' : claim.verdict === 'broken' ? 'broken' : 'unknown',
          )} ${claim.verdict}</span>
          <span class="claim">${claim.claim}</span>
          ${claim.because === null ? nothing : html`<span class="soft">${claim.because}</span>`}
          ${this.#line(claim)}
          ${claim.witness && claim.verdict === 'broken' ? this.#witness(claim.witness) : nothing}
        </li>`,
      )}
    </ul>`;
  }

  /** A claim is true or false of the kernel that it is about: this search cannot tell. */
  #elsewhere({ kernel, elsewhere, expectations }: ExplorationView): TemplateResult {
    const lines = [...new Map(elsewhere.map((it) => [it.line, it])).values()];
    const kernels = (line: number) => elsewhere.filter((it) => it.line === line);
    const claims = count(lines.length, 'claim');
    const none = expectations.length === 0;
    return html`<details class="elsewhere" ?open=${none}>
      <summary>${none ? `No claim speaks of ${kernel}; ` : ''}${claims} ${
        lines.length === 1 ? 'speaks' : 'speak'
      } of ${none ? 'others' : 'other kernels'}</summary>
      <ul class="claims" aria-label="Expectations for other kernels">${lines.map(
        (claim) => html`<li>
          <span class="claim">${claim.claim}</span>
          <span class="soft">speaks of ${kernels(claim.line).map((it) => this.#kernel(it.kernel))}</span>
          ${this.#line(claim)}
        </li>`,
      )}</ul>
    </details>`;
  }

  #kernel(name: string): TemplateResult {
    const kernel = this.scenario?.kernels.find((it) => it.name === name);
    if (!kernel) return html`<code>${name}</code> `;
    const { base, toggles } = kernel;
    return html`<button class="plain mono" title="Judge it: put ${name} on the stage"
      @click=${() => request(this, { type: 'kernel', base, toggles })}>${name}</button> `;
  }

  #line({ line }: ClaimView): TemplateResult {
    return html`<button class="plain" @click=${() => request(this, { type: 'goto_text', line, column: 1 })}
      >line ${line}</button>`;
  }
}

customElements.define('pagerace-outcomes', PageraceOutcomes);
