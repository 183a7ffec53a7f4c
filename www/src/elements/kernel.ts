import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { Catalogue, ScenarioView, ToggleHelp } from '../protocol';
import { ui } from '../ui';

type Toggles = { [key in string]: string };

/** Which kernel runs: a preset, and the decisions in which it differs. */
export class PageraceKernel extends LitElement {
  static override properties = {
    catalogue: { attribute: false },
    scenario: { attribute: false },
    open: { state: true },
  };
  static override styles = [
    ui,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 5px 0;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: var(--small);
        font-weight: 650;
      }
      select {
        font-family: var(--mono);
        font-weight: 600;
      }
      .sentence {
        flex: 1 1 20ch;
        font-size: var(--small);
        color: var(--soft);
      }
      .toggles {
        columns: 340px;
        column-gap: 32px;
        padding: 8px 0 4px;
      }
      .toggles > p {
        display: none;
        column-span: all;
        padding-bottom: 8px;
      }
      fieldset {
        margin: 0;
        border: none;
        min-width: 0;
        break-inside: avoid;
        padding: 0 0 14px;
      }
      legend {
        padding: 0;
        font-size: var(--small);
      }
      .value {
        display: grid;
        grid-template-columns: 20px 1fr;
        gap: 0 6px;
        align-items: start;
        padding: 4px 0;
        font-weight: 400;
        cursor: pointer;
      }
      .value input {
        margin: 3px 0 0;
        width: 16px;
        height: 16px;
        accent-color: var(--ink);
      }
      .value code {
        font-weight: 600;
      }
      .value .soft {
        display: block;
      }
      @media (max-width: 700px) {
        .sentence {
          display: none;
        }
        .toggles > p {
          display: block;
        }
        .line > button {
          margin-left: auto;
        }
        .value {
          padding: 10px 0;
        }
      }
    `,
  ];

  declare catalogue: Catalogue | null;
  declare scenario: ScenarioView | null;
  declare private open: boolean;

  constructor() {
    super();
    this.catalogue = null;
    this.scenario = null;
    this.open = false;
  }

  override render(): TemplateResult {
    const { catalogue, scenario } = this;
    const preset = catalogue?.kernels.find((it) => it.name === scenario?.base);
    const differing = scenario && preset ? differences(scenario.toggles, preset.toggles) : [];
    const hasToggles = (catalogue?.toggles.length ?? 0) > 0;
    return html`<section aria-label="Kernel and its toggles">
      <div class="line">
        <label>Kernel
          <select @change=${this.#preset}>
            ${catalogue?.kernels.map(
              (it) =>
                html`<option value=${it.name} ?selected=${it.name === scenario?.base}>${it.name}</option>`,
            )}
          </select>
        </label>
        <span class="sentence">${preset?.sentence ?? '\u00a0'}</span>
        ${
          hasToggles
            ? html`<button aria-expanded=${this.open} aria-controls="toggles" @click=${this.#toggle}>
                ${differing.length === 0 ? 'Toggles' : `Toggles: ${differing.join(', ')}`}
              </button>`
            : nothing
        }
      </div>
      <div class="toggles" id="toggles" ?hidden=${!this.open}>
        <p class="soft">${preset?.sentence ?? nothing}</p>
        ${catalogue?.toggles.map((toggle) => this.#choices(toggle, scenario?.toggles[toggle.name], preset?.toggles[toggle.name]))}
      </div>
    </section>`;
  }

  #choices(toggle: ToggleHelp, now: string | undefined, usual: string | undefined): TemplateResult {
    return html`<fieldset>
      <legend><code>${toggle.name}</code> <span class="soft">${toggle.sentence}</span></legend>
      ${toggle.values.map(
        ([value, sentence]) => html`<label class="value">
          <input type="radio" name=${toggle.name} value=${value} .checked=${value === now}
            @change=${() => this.#choose(toggle.name, value)} />
          <span><code>${value}</code>${value === usual ? html` <span class="chip">preset</span>` : nothing}
            <span class="soft">${sentence}</span></span>
        </label>`,
      )}
    </fieldset>`;
  }

  #toggle(): void {
    this.open = !this.open;
  }

  #preset(event: Event): void {
    request(this, { type: 'kernel', base: (event.target as HTMLSelectElement).value, toggles: {} });
  }

  #choose(name: string, value: string): void {
    const { scenario, catalogue } = this;
    const preset = catalogue?.kernels.find((it) => it.name === scenario?.base);
    if (!scenario || !preset) return;
    const wanted: Toggles = { ...scenario.toggles, [name]: value };
    const names = differences(wanted, preset.toggles);
    const toggles = Object.fromEntries(names.map((it) => [it, wanted[it] ?? '']));
    request(this, { type: 'kernel', base: scenario.base, toggles });
  }
}

/** The toggles that are not as the preset has them. */
const differences = (now: Toggles, preset: Toggles): string[] =>
  Object.keys(now).filter((name) => now[name] !== preset[name]);

customElements.define('pagerace-kernel', PageraceKernel);
