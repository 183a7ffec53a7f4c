import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { whenLaidOut } from '../measure';
import type { FrameView, LaneView, StateView, StepView } from '../protocol';
import { ui } from '../ui';
import { vars } from '../vars';
import { sourceStyles } from './source-style';

/** What each CPU runs: its call stack, and the listing of one function with a counter per CPU. */
export class PageraceSource extends LitElement {
  static override properties = {
    state: { attribute: false },
    trace: { attribute: false },
    cpu: { state: true },
    depth: { state: true },
  };
  static override styles = [ui, sourceStyles];

  declare state: StateView | null;
  declare trace: readonly StepView[];
  /** The CPU that the reader chose; none to follow the steps. */
  declare private cpu: number | null;
  /** The frame that the reader chose; none for the innermost. */
  declare private depth: number | null;

  constructor() {
    super();
    this.state = null;
    this.trace = [];
    this.cpu = null;
    this.depth = null;
    // Out of sight nothing can be scrolled.
    new ResizeObserver(() => whenLaidOut(this, () => this.#follow())).observe(this);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('state')) this.depth = null;
  }

  protected override updated(): void {
    whenLaidOut(this, () => this.#follow());
  }

  /** Keeps the innermost frame and its next line in sight. */
  #follow(): () => void {
    const stack = this.renderRoot.querySelector('.stack');
    const box = this.renderRoot.querySelector<HTMLElement>('.listing');
    const now = this.renderRoot.querySelector<HTMLElement>('.listing .own');
    const left = stack && this.depth === null ? stack.scrollWidth : null;
    const top = box && now ? topFor(box, now) : null;
    return () => {
      if (left !== null) stack?.scrollTo({ left });
      if (top !== null) box?.scrollTo({ top });
    };
  }

  override render(): TemplateResult {
    const lanes = this.state?.lanes ?? [];
    const moved = this.trace[(this.state?.cursor ?? 0) - 1]?.cpu;
    const lane =
      lanes.find((it) => it.cpu === this.cpu) ??
      lanes.find((it) => it.cpu === moved && it.stack.length > 0) ??
      lanes.find((it) => it.stack.length > 0) ??
      lanes[0];
    return html`<section aria-labelledby="source">
      <div class="head">
        <h2 id="source">Source</h2>
        <div class="pick" role="group" aria-label="Whose source">
          ${lanes.map(
            (it) =>
              html`<button class="cpu${it.cpu}" aria-pressed=${it === lane} @click=${() => {
                this.cpu = it.cpu;
                this.depth = null;
              }}><span class="cpu">CPU${it.cpu}</span></button>`,
          )}
          <button aria-pressed=${this.cpu === null} @click=${() => {
            this.cpu = null;
          }}>follow</button>
        </div>
      </div>
      ${lane ? this.#lane(lane, lanes) : nothing}
    </section>`;
  }

  #lane(lane: LaneView, lanes: readonly LaneView[]): TemplateResult {
    const depth = Math.min(this.depth ?? lane.stack.length - 1, lane.stack.length - 1);
    const frame = lane.stack[depth];
    const stack = html`<nav class="stack" aria-label="Call stack of CPU${lane.cpu}">
      ${lane.stack.map(
        (it, index) =>
          html`<button aria-pressed=${index === depth} @click=${() => {
            this.depth = index;
          }}><code>${it.function}</code></button>`,
      )}
      ${lane.stack.length === 0 ? html`<span class="soft">CPU${lane.cpu} runs nothing.</span>` : nothing}
    </nav>`;
    return html`<div class="cpu${lane.cpu}">
      ${stack}
      <ol class="listing" tabindex="0" aria-label=${frame ? `Listing of ${frame.function}` : 'Listing'}>
        ${frame ? frame.lines.map(([, text], index) => this.#line(frame, text, index, lane, lanes)) : nothing}
      </ol>
      <div class="about">
        <p class="locals">${
          frame?.locals.map(
            ([name, value]) => html`<span><code>${name}</code> = <code>${value}</code></span>`,
          ) ?? nothing
        }${frame && frame.locals.length === 0 ? html`<span class="soft">no locals</span>` : nothing}</p>
        ${frame?.verdict ? html`<p>${frame.verdict}.</p>` : nothing}
        <p class="soft">${frame ? frame.source : nothing}${
          frame?.omits ? html`. The model leaves out: ${frame.omits}.` : nothing
        }</p>
      </div>
    </div>`;
  }

  #line(
    frame: FrameView,
    text: string,
    index: number,
    lane: LaneView,
    lanes: readonly LaneView[],
  ): TemplateResult {
    const here = lanes.filter((it) => it.stack.some((at) => isAt(at, frame, index, it === lane)));
    const own = here.includes(lane);
    const [, indent = '', rest = text] = /^(\s*)(.*)$/.exec(text) ?? [];
    const mark = frame.marks.find(([at]) => at === index)?.[1];
    return html`<li class="${own ? 'own' : ''} ${mark ?? ''}" aria-current=${own ? 'true' : nothing} ${vars({ '--indent': indent.length })}>
      <span class="counters">${here.map((it) => html`<span class="cpu cpu${it.cpu}">${it.cpu}&gt;</span>`)}</span>
      <span class="hidden">${here.map((it) => `CPU${it.cpu} is here. `)}</span>
      <code>${rest}${mark ? html` <span class="mark">${mark}</span>` : nothing}</code>
    </li>`;
  }
}

/** Where a box has to be scrolled to for a line to be in sight; none where it is. */
function topFor(box: HTMLElement, line: HTMLElement): number | null {
  const top = line.offsetTop - box.offsetTop;
  const bottom = top + line.offsetHeight;
  if (top < box.scrollTop) return Math.max(0, top - 24);
  return bottom > box.scrollTop + box.clientHeight ? bottom - box.clientHeight + 24 : null;
}

/** Whether an activation of the same routine stands at a line; of the lane's own, only the frame. */
const isAt = (at: FrameView, frame: FrameView, index: number, own: boolean): boolean =>
  at.current === index &&
  (own ? at === frame : at.function === frame.function && at.source === frame.source);

customElements.define('pagerace-source', PageraceSource);
