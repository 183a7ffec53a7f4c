import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { request } from '../actions';
import type { Fork } from '../forks';
import type { StateView, StepView } from '../protocol';
import { ui } from '../ui';
import { vars } from '../vars';

/** The whole trace at a glance, a row a CPU, under a slider. */
export class PageraceStrip extends LitElement {
  static override properties = {
    trace: { attribute: false },
    loopFrom: { attribute: false },
    state: { attribute: false },
    forks: { attribute: false },
  };
  static override styles = [
    ui,
    css`
      .strip {
        position: relative;
        height: 40px;
      }
      svg.map {
        position: absolute;
        inset: 5px 0;
        width: 100%;
        height: 30px;
        background: var(--sunken);
        border-radius: 2px;
      }
      rect {
        fill: var(--cpu);
      }
      /* What lies ahead shows through it. */
      rect.veil {
        fill: var(--sunken);
        fill-opacity: 0.65;
      }
      rect.branch {
        fill-opacity: 0.2;
      }
      .left {
        position: absolute;
        inset: 0 0 0 calc(var(--at) * 100%);
        padding: 0;
        border: none;
        border-left: 1px dashed var(--soft);
        background: none;
      }
      .mark {
        position: absolute;
        top: -2px;
        left: calc(var(--at) * 100%);
        translate: -50% 0;
        font: 700 var(--tiny) / 1 var(--sans);
        color: var(--bad);
        pointer-events: none;
      }
      .mark svg {
        display: block;
        width: 13px;
        height: 13px;
        fill: var(--raised);
        stroke: var(--bad);
        stroke-width: 2.4;
      }
      .loop {
        position: absolute;
        inset: auto 0 0 calc(var(--at) * 100%);
        height: 5px;
        border: 2px solid var(--bad);
        border-top: none;
        pointer-events: none;
      }
      .head {
        position: absolute;
        inset: 0 auto 0 calc(var(--at) * 100%);
        width: 0;
        padding: 0;
        border: none;
        border-left: 2px solid var(--ink);
        translate: -1px 0;
        pointer-events: none;
      }
      .head::before,
      .head::after {
        content: '';
        position: absolute;
        left: -6px;
        border: 5px solid transparent;
      }
      .head::before {
        top: 0;
        border-top-color: var(--ink);
      }
      .head::after {
        bottom: 0;
        border-bottom-color: var(--ink);
      }
      input {
        position: absolute;
        inset: 0 auto 0 -8px;
        width: calc(var(--part) * 100% + 16px);
        height: 100%;
        margin: 0;
        opacity: 0;
        cursor: ew-resize;
        touch-action: pan-y;
      }
      .strip:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 3px;
        border-radius: 2px;
      }
      @media (pointer: coarse), (max-width: 700px) {
        .strip {
          height: 44px;
        }
        svg.map {
          inset: 7px 0;
        }
      }
    `,
  ];

  declare trace: readonly StepView[];
  /** How many steps lead to the loop that the trace ends with. */
  declare loopFrom: number | null;
  declare state: StateView | null;
  /** The futures that steps from the past have left. */
  declare forks: readonly Fork[];

  constructor() {
    super();
    this.trace = [];
    this.loopFrom = null;
    this.state = null;
    this.forks = [];
  }

  override render(): TemplateResult {
    const total = this.trace.length;
    const cursor = this.state?.cursor ?? 0;
    const rows = Math.max(this.state?.lanes.length ?? 1, 1);
    const fork = this.forks[0];
    const room = Math.max(total, fork?.trace.length ?? 0);
    const share = (n: number) => (room === 0 ? 0 : n / room);
    return html`<div class="strip">
      <svg class="map" viewBox="0 0 ${Math.max(room, 1)} ${rows}" preserveAspectRatio="none" aria-hidden="true">
        ${guard([this.trace], () =>
          runs(this.trace).map(
            (run) => svg`<rect class="cpu${run.cpu}"
              x=${run.from} y=${run.cpu + 0.14} width=${run.to - run.from} height="0.72"></rect>`,
          ),
        )}
        <rect class="veil" x=${cursor} y="0" width=${total - cursor} height=${rows}></rect>
        ${guard([fork], () =>
          runs(fork?.trace.slice(fork.at) ?? []).map(
            (run) => svg`<rect class="branch cpu${run.cpu}" x=${run.from} y=${run.cpu + 0.3}
              width=${run.to - run.from} height="0.4"></rect>`,
          ),
        )}
      </svg>
      ${guard([this.trace, room], () =>
        this.trace
          .filter((step) => step.broke.length > 0)
          .map(
            (step) => html`<span class="mark" ${vars({ '--at': share(step.number - 0.5) })}
            ><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M6.500 2h7L18 6.500v7L13.500 18h-7L2 13.500v-7zM7 7l6 6M13 7l-6 6"></path></svg
          ></span>`,
          ),
      )}
      ${this.loopFrom === null ? nothing : html`<span class="loop" ${vars({ '--at': share(this.loopFrom) })}></span>`}
      <span class="head" ${vars({ '--at': share(cursor) })}></span>
      ${
        fork && room > total
          ? html`<button class="left" ${vars({ '--at': share(total) })} aria-label="Return to the other future"
              title="Return to the other future" @click=${() => request(this, { type: 'bring_back' })}></button>`
          : nothing
      }
      <input type="range" min="0" max=${total} step="1" .value=${String(cursor)} aria-label="Step"
        ${vars({ '--part': room === 0 ? 1 : total / room })} aria-valuetext=${total === 0 ? nothing : `step ${cursor} of ${total}`} @input=${this.#scrub} />
    </div>`;
  }

  #scrub(event: Event): void {
    request(this, { type: 'seek', cursor: Number((event.target as HTMLInputElement).value) });
  }
}

interface Segment {
  cpu: number;
  from: number;
  to: number;
}

/** Runs of one CPU. */
function runs(steps: readonly StepView[]): Segment[] {
  const found: Segment[] = [];
  for (const { cpu, number } of steps) {
    const last = found.at(-1);
    if (last?.cpu === cpu) last.to = number;
    else found.push({ cpu, from: number - 1, to: number });
  }
  return found;
}

customElements.define('pagerace-strip', PageraceStrip);
