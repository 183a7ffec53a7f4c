import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { EMPTY, type Model } from '../model';
import { ui } from '../ui';
import type { PageraceBench } from './bench';

const TOOLS = {
  matrix: ['Kernels by outcomes', () => import('./matrix')],
  compare: ['Compare two kernels', () => import('./compare')],
  bench: ['Patch bench', () => import('./bench')],
  races: ['Data races', () => import('./races')],
} as const;

type Tool = keyof typeof TOOLS;

const NAMES = Object.keys(TOOLS) as Tool[];

/** What is asked about a race beyond its outcomes: each loaded when it is opened. */
export class PageraceTools extends LitElement {
  static override properties = {
    model: { attribute: false },
    open: { state: true },
  };
  static override styles = [
    ui,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 8px;
        padding: 2px 0 6px;
      }
      .bar button[aria-pressed='true'] {
        background: var(--now);
        border-color: var(--now-line);
        font-weight: 650;
      }
      .tool {
        display: block;
        padding-top: 14px;
      }
      @media print {
        .bar {
          display: none;
        }
      }
    `,
  ];

  declare model: Model;
  /** The tools that are on the page. */
  declare private open: ReadonlySet<Tool>;

  constructor() {
    super();
    this.model = EMPTY;
    this.open = new Set();
  }

  override render(): TemplateResult {
    const { predicting } = this.model;
    return html`<section aria-label="More questions about this race">
      <div class="bar">
        ${predicting ? nothing : NAMES.map((tool) => this.#button(tool))}
        <button aria-pressed=${predicting} title="Say which outcomes there are before they are shown"
          @click=${() => this.#predict(!predicting)}>Predict first</button>
      </div>
      ${predicting ? this.#predicting() : NAMES.filter((it) => this.open.has(it)).map((tool) => this.#tool(tool))}
    </section>`;
  }

  #button(tool: Tool): TemplateResult {
    return html`<button aria-pressed=${this.open.has(tool)} @click=${() => this.#toggle(tool)}>${TOOLS[tool][0]}</button>`;
  }

  async #toggle(tool: Tool): Promise<void> {
    await TOOLS[tool][1]();
    const open = new Set(this.open);
    if (!open.delete(tool)) open.add(tool);
    this.open = open;
  }

  /** Opens the patch bench with a function on it. */
  async showBench(name: string | null): Promise<void> {
    if (!this.open.has('bench')) await this.#toggle('bench');
    await this.updateComplete;
    const bench = this.renderRoot.querySelector<PageraceBench>('pagerace-bench');
    await bench?.show(name);
  }

  #predict(on: boolean): void {
    request(this, { type: 'predict', on });
  }

  #predicting(): TemplateResult {
    void import('./predict');
    return html`<pagerace-predict class="tool" .model=${this.model}></pagerace-predict>`;
  }

  #tool(tool: Tool): TemplateResult {
    const { model } = this;
    switch (tool) {
      case 'matrix':
        return html`<pagerace-matrix class="tool" .model=${model}></pagerace-matrix>`;
      case 'compare':
        return html`<pagerace-compare class="tool" .model=${model}></pagerace-compare>`;
      case 'bench':
        return html`<pagerace-bench class="tool" .model=${model}
          @compare=${() => {
            this.open = new Set([...this.open, 'compare']);
            void import('./compare');
          }}></pagerace-bench>`;
      case 'races':
        return html`<pagerace-races class="tool" .text=${model.text}></pagerace-races>`;
    }
  }
}

customElements.define('pagerace-tools', PageraceTools);
