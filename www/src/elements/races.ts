import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import { type Asked, once, type Unanswered } from '../once';
import type { RacesView, RaceView } from '../protocol';
import { ui } from '../ui';
import { count } from '../wording';

/** The data races of the scenario, in KCSAN's words; loaded when they are asked for. */
export class PageraceRaces extends LitElement {
  static override properties = {
    text: { attribute: false },
    answer: { state: true },
  };
  static override styles = [
    ui,
    css`
      .soft {
        color: var(--soft);
        font-size: var(--small);
      }
      ul {
        padding-top: 6px;
      }
      li {
        display: flex;
        align-items: start;
        gap: 2px 10px;
        padding: 4px 0;
        border-top: 1px solid var(--line);
      }
      /* As high as the button beside it. */
      summary {
        padding: 7px 0;
        cursor: pointer;
      }
      @media (max-width: 700px), (pointer: coarse) {
        summary {
          padding: 12px 0;
        }
        /* The report has all of the width. */
        li:has([open]) {
          flex-wrap: wrap;
        }
        details[open] {
          flex-basis: 100%;
        }
      }
      details {
        flex: 1 1 30ch;
        min-width: 0;
        font-size: var(--small);
      }
      pre {
        overflow-x: auto;
      }
    `,
  ];

  /** The scenario, with its kernel. */
  declare text: string;
  declare answer: { found: RacesView } | Unanswered | null;
  #asked: Asked<RacesView> | undefined;

  constructor() {
    super();
    this.text = '';
    this.answer = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text') && this.text !== '') void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked?.giveUp();
  }

  async #ask(): Promise<void> {
    this.#asked?.giveUp();
    this.answer = null;
    this.#asked = once({ kind: 'races', text: this.text });
    this.answer = await this.#asked.answer;
  }

  override render(): TemplateResult {
    const { answer } = this;
    return html`<section aria-labelledby="races">
      <h3 id="races">Data races</h3>
      ${
        answer === null
          ? html`<p class="soft" role="status">Searching every interleaving …</p>`
          : 'why' in answer
            ? html`<p class="soft" role="status">${answer.why}</p>`
            : this.#found(answer.found)
      }
    </section>`;
  }

  #found(found: RacesView): TemplateResult {
    return html`<p class="soft" role="status">${found.kernel}: ${count(found.races.length, 'data race')} in
        ${count(found.states, 'state')}${found.limit === null ? nothing : `, ${found.limit}`}</p>
      <ul>${found.races.map((race) => this.#race(race))}</ul>`;
  }

  #race(race: RaceView): TemplateResult {
    const [one, other] = race.functions;
    const show = () => request(this, { type: 'witness', schedule: race.schedule });
    return html`<li>
      <details>
        <summary>${race.word}: <code>${one}</code> / <code>${other}</code>${
          race.silence === null ? nothing : html` <span class="soft">KCSAN is silent</span>`
        }</summary>
        <pre tabindex="0" role="region" aria-label="The report">${race.report}</pre>
      </details>
      <button title="Go to where both accesses are next: ${race.schedule}" @click=${show}>${icon('play')} show</button>
    </li>`;
  }
}

customElements.define('pagerace-races', PageraceRaces);
