/** The futures that steps from the past have left, faint, below the lanes' last step. */
import { css, html, type ReactiveController, render, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { PageraceLanes } from '../elements/lanes';
import type { Fork } from '../forks';
import { count } from '../wording';

const style = css`
  .branch {
    margin: 6px 0 0 6px;
    padding: 2px 0 2px 10px;
    border-left: 2px dashed var(--strong-line);
    font-size: var(--small);
    color: var(--soft);
  }
  .branch ol {
    list-style: none;
    padding: 0;
    max-height: 168px;
    overflow-y: auto;
  }
  .branch li button {
    display: grid;
    grid-template-columns: 3ch 6ch minmax(0, 1fr);
    gap: 8px;
    width: 100%;
    min-height: 24px;
    padding: 0 4px;
    border: none;
    background: none;
    color: inherit;
    text-align: left;
    opacity: 0.75;
  }
  .branch li button:hover,
  .branch li button:focus-visible {
    opacity: 1;
  }
  @media (pointer: coarse), (max-width: 700px) {
    .branch button,
    .branch li button {
      min-height: 44px;
    }
  }
`;

/** Draws the branches, and lets one be chosen. */
export class Branches implements ReactiveController {
  #forks: readonly Fork[] = [];
  #drawn: readonly Fork[] = [];
  #box: HTMLElement | null = null;
  readonly #lanes: PageraceLanes;

  constructor(lanes: PageraceLanes) {
    this.#lanes = lanes;
    const root = lanes.renderRoot as ShadowRoot;
    if (style.styleSheet) root.adoptedStyleSheets.push(style.styleSheet);
    lanes.addController(this);
  }

  /** Other branches. */
  show(forks: readonly Fork[]): void {
    if (forks === this.#forks) return;
    this.#forks = forks;
    this.hostUpdated();
  }

  hostUpdated(): void {
    const canvas = this.#lanes.renderRoot.querySelector('.canvas');
    if (!canvas || this.#drawn === this.#forks) return;
    this.#drawn = this.#forks;
    this.#box ??= canvas.appendChild(document.createElement('div'));
    render(
      this.#forks.map((fork, number) => this.#branch(fork, number)),
      this.#box,
    );
  }

  #branch({ trace, at }: Fork, number: number): TemplateResult {
    const bring = (cursor?: number) =>
      request(this.#lanes, {
        type: 'bring_back',
        fork: number,
        ...(cursor === undefined ? {} : { cursor }),
      });
    const from = at === 0 ? 'the start' : `step ${at}`;
    const steps = trace.slice(at).map((step) => {
      const line = step.lines[0];
      const text = line ? `${line.function}: ${line.text.trim()}` : step.sentence;
      return html`<li><button @click=${() => bring(step.number)} title="Return to this branch, at step ${step.number}">
        <span>${step.number}</span><span class="cpu cpu${step.cpu}">CPU${step.cpu}</span><code>${text}</code></button></li>`;
    });
    return html`<section class="branch" aria-label="Branch from ${from}">
      <p>Another future from ${from}: ${count(trace.length - at, 'step')}
        <button class="plain" @click=${() => bring()}>return to it</button></p>
      <ol>${steps}</ol>
    </section>`;
  }
}
