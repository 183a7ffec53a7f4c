import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import type { PropertyView, ScenarioView, StateView } from '../protocol';
import { brokenAt } from '../schedule';
import { ui } from '../ui';

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
      button.chip {
        min-width: 24px;
        border: 1.5px solid var(--bad);
        color: var(--bad);
        background: var(--bad-back);
        font-weight: 700;
      }
      .says {
        margin-top: 6px;
        font-size: var(--small);
        min-height: 2.9em;
      }
      @media (max-width: 700px) {
        button.chip {
          min-height: 44px;
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
    const shown = all.filter((it) => !it.invariant || at(it) !== null);
    const hidden = all.length - shown.length;
    const broken = shown.filter((it) => at(it) !== null);
    return html`<section aria-labelledby="properties">
      <div class="head">
        <h2 id="properties">Properties</h2>
        <span class="aside">watched in every state</span>
      </div>
      <ul>
        ${shown.map((it) => html`<li>${this.#chip(it, at(it))}</li>`)}
        ${
          hidden > 0
            ? html`<li><span class="chip" title=${all
                .filter((it) => it.invariant)
                .map((it) => it.name)
                .join(', ')}>${icon('holds')} ${hidden} invariants of the model</span></li>`
            : nothing
        }
      </ul>
      <p class="says">${
        broken.length === 0
          ? html`<span class="soft">Every property holds up to here.</span>`
          : broken.map((it) => html`<span><b class="bad">Broken:</b> ${it.when_broken} </span>`)
      }</p>
    </section>`;
  }

  #chip(it: PropertyView, step: number | null): TemplateResult {
    if (step === null) {
      return html`<span class="chip" title=${it.sentence}>${icon('holds')} ${it.name}<span class="hidden">: holds</span></span>`;
    }
    const go = () => request(this, { type: 'seek', cursor: step });
    return html`<button class="chip" title=${it.when_broken} @click=${go}>${icon('broken')} ${it.name}, broken at step ${step}</button>`;
  }
}

customElements.define('pagerace-properties', PageraceProperties);
