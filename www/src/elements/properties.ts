import { css, html, LitElement, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import type { PropertyView, ScenarioView, StateView } from '../protocol';
import { brokenAt } from '../schedule';
import { ui } from '../ui';
import { asSentence, count } from '../wording';

/** What is watched, and what of it is broken at the cursor. */
export class PageraceProperties extends LitElement {
  static override properties = { scenario: { attribute: false }, state: { attribute: false } };
  static override styles = [
    ui,
    css`
      ul {
        padding-top: 10px;
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .chip {
        font-family: var(--mono);
        padding: 2px 7px;
        min-height: 26px;
      }
      .chip.broken {
        border-color: var(--bad);
        color: var(--bad);
        background: var(--bad-back);
        font-weight: 700;
      }
      .others {
        margin-top: 6px;
        font-size: var(--small);
        color: var(--soft);
      }
      .others summary {
        min-height: 24px;
        cursor: pointer;
      }
      .says {
        margin-top: 6px;
        font-size: var(--small);
        min-height: 2.9em;
      }
      @media (max-width: 700px) {
        .says {
          min-height: 66px;
        }
        .others summary {
          min-height: 44px;
          display: flex;
          align-items: center;
          gap: 4px;
        }
      }
    `,
  ];

  declare scenario: ScenarioView | null;
  declare state: StateView | null;

  constructor() {
    super();
    this.scenario = null;
    this.state = null;
  }

  override render(): TemplateResult {
    const all = this.scenario?.properties ?? [];
    const at = (it: PropertyView) => brokenAt(this.state?.findings ?? [], it.name);
    const shown = all.filter((it) => it.claimed || at(it) !== null);
    const others = all.filter((it) => !shown.includes(it));
    const broken = shown.filter((it) => at(it) !== null);
    const rest =
      shown.length > 0
        ? count(others.length, 'other')
        : count(others.length, 'property', 'properties');
    return html`<section aria-labelledby="properties">
      <div class="head">
        <h2 id="properties">Properties</h2>
        <span class="aside">watched in every state</span>
      </div>
      <ul>
        ${shown.map((it) => html`<li>${this.#chip(it, at(it))}</li>`)}
      </ul>
      <details class="others" ?hidden=${others.length === 0}>
        <summary>${icon('holds')} ${rest} hold${others.length === 1 ? 's' : ''}</summary>
        <ul>${others.map((it) => html`<li>${this.#chip(it, null)}</li>`)}</ul>
      </details>
      <p class="says">${
        broken.length === 0
          ? html`<span class="soft">Every property holds up to here.</span>`
          : broken.map((it) => this.#broken(it, at(it) ?? 0))
      }</p>
    </section>`;
  }

  #chip(it: PropertyView, step: number | null): TemplateResult {
    const broken = step !== null;
    return html`<span class="chip ${broken ? 'broken' : ''}" title=${broken ? it.when_broken : it.sentence}
      >${icon(broken ? 'broken' : 'holds')} ${it.name}<span class="hidden">: ${broken ? 'broken' : 'holds'}</span></span>`;
  }

  #broken(it: PropertyView, step: number): TemplateResult {
    const go = () => request(this, { type: 'seek', cursor: step });
    return html`<span><b class="bad">Broken:</b> ${it.name} at
      <button class="inline plain" @click=${go}>step ${step}</button>: ${asSentence(it.when_broken)} </span>`;
  }
}

customElements.define('pagerace-properties', PageraceProperties);
