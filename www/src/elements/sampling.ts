import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { SampleView } from '../protocol';
import { ui } from '../ui';
import { count } from '../wording';

/** As the engine has it: the bound of PCT is nothing long before. */
const MOST_DEPTH = 100;
const MOST_SEED = 2 ** 32 - 1;
const MOST_RUNS = 1_000_000;

/** Which executions to sample by chance; loaded when a search cannot look at all of them. */
export class PageraceSampling extends LitElement {
  static override properties = {
    sample: { attribute: false },
    running: { attribute: false },
    strategy: { state: true },
  };
  static override styles = [
    ui,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 6px 12px;
        padding-bottom: 10px;
      }
      label {
        display: grid;
        font-size: var(--small);
      }
      input,
      select {
        width: 13ch;
        min-height: 44px;
        font: inherit;
        color: inherit;
        background: var(--sunken);
        border: 1px solid var(--strong-line);
      }
      input:invalid {
        border-color: var(--bad);
      }
    `,
  ];

  /** The sample that is shown, if one is. */
  declare sample: SampleView | null;
  /** Whether something is searched or sampled just now. */
  declare running: boolean;
  declare strategy: 'pct' | 'random';

  constructor() {
    super();
    this.sample = null;
    this.running = false;
    this.strategy = 'pct';
  }

  override render(): TemplateResult {
    return html`<form aria-label="Sample by chance" @submit=${this.#start}>
      <label>Strategy
        <select name="strategy" @change=${this.#choose}>
          <option value="pct">PCT</option>
          <option value="random">random</option>
        </select></label>
      ${this.strategy === 'pct' ? this.#number('depth', 'Depth', 1, MOST_DEPTH, 3) : nothing}
      ${this.#number('seed', 'Seed', 0, MOST_SEED, 1)}
      ${this.#number('runs', 'Runs', 1, MOST_RUNS, 2_000)}
      <button ?disabled=${this.running}>Sample</button>
      ${this.sample ? this.#more(this.sample) : nothing}
    </form>`;
  }

  #number(name: string, label: string, min: number, max: number, value: number): TemplateResult {
    return html`<label>${label}
      <input type="number" name=${name} required min=${min} max=${max} step="1" value=${value}></label>`;
  }

  /** The same runs and others behind them, with the settings of the sample that is shown. */
  #more(sample: SampleView): TemplateResult | typeof nothing {
    const runs = Math.min(sample.of * 4, MOST_RUNS);
    if (runs <= sample.runs) return nothing;
    const { depth, seed } = sample;
    const strategy = sample.strategy === 'pct' ? 'pct' : 'random';
    const more = () => request(this, { type: 'sample', strategy, depth, seed, runs });
    return html`<button type="button" ?disabled=${this.running} @click=${more}>Go on to ${count(runs, 'run')}</button>`;
  }

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.strategy = value === 'random' ? 'random' : 'pct';
  }

  #start(event: SubmitEvent): void {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const number = (name: string) => Number(fields.get(name) ?? 0);
    const { strategy } = this;
    request(this, {
      type: 'sample',
      strategy,
      depth: number('depth'),
      seed: number('seed'),
      runs: number('runs'),
    });
  }
}

customElements.define('pagerace-sampling', PageraceSampling);
