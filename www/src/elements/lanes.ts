import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { request } from '../actions';
import { icon } from '../icons';
import { whenLaidOut } from '../measure';
import type { LaneView, PendingStoreView, StateView, StepView } from '../protocol';
import { layOut, type Row, type Run } from '../rows';
import { ui } from '../ui';
import { vars } from '../vars';
import { asked, callText, repeats, storeText } from '../wording';
import { laneStyles } from './lanes-style';
import { stepTemplate } from './step';

/** The interleaving, as commit messages draw it: a column a CPU, time downwards. */
export class PageraceLanes extends LitElement {
  static override properties = {
    trace: { attribute: false },
    loopFrom: { attribute: false },
    state: { attribute: false },
    folded: { state: true },
  };
  static override styles = [ui, laneStyles];

  declare trace: readonly StepView[];
  /** How many steps lead to the loop that the trace ends with. */
  declare loopFrom: number | null;
  declare state: StateView | null;
  declare private folded: ReadonlySet<string>;
  #runs: Run[] = [];
  /** What the lanes run, and whether any of them had a note so far: then each keeps a line for it. */
  #programs = '';
  #noted = false;

  constructor() {
    super();
    this.trace = [];
    this.loopFrom = null;
    this.state = null;
    this.folded = new Set();
    // Out of sight nothing can be scrolled.
    new ResizeObserver(() => whenLaidOut(this, () => this.#follow())).observe(this);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (['trace', 'folded', 'loopFrom'].some((it) => changed.has(it)))
      this.#runs = layOut(this.trace, this.folded, this.loopFrom);
    if (changed.has('state')) this.#reserve(this.state?.lanes ?? []);
  }

  /** Where notes come and go, the rows below must not move each time. */
  #reserve(lanes: readonly LaneView[]): void {
    const programs = JSON.stringify(lanes.map((lane) => lane.operations.map((it) => it.text)));
    if (programs !== this.#programs) this.#noted = false;
    this.#programs = programs;
    this.#noted ||= lanes.some(hasNotes);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('state') || changed.has('trace')) whenLaidOut(this, () => this.#follow());
  }

  override render(): TemplateResult {
    const { state, trace } = this;
    const lanes = state?.lanes ?? [];
    const cursor = state?.cursor ?? 0;
    const at = `step ${cursor} of ${trace.length}`;
    return html`<section aria-labelledby="lanes">
      <div class="head">
        <h2 id="lanes">Interleaving</h2>
        ${
          this.#runs.length > 0
            ? html`<button class="plain" @click=${() => this.#foldAll()}>${this.folded.size > 0 ? 'unfold all' : 'fold all'}</button>`
            : nothing
        }
        <span class="aside">${at}${state ? `, ${switches(state.switches)}` : nothing}</span>
      </div>
      <div class="scroll" tabindex="0" role="group" aria-label="Lanes and steps" ${vars({ '--lanes': Math.max(lanes.length, 1) })}>
        <div class="canvas">
          <div class="lanes">${lanes.map((lane) => this.#lane(lane))}</div>
          <ol class="runs" aria-label="Steps">
            ${repeat(
              this.#runs,
              (run) => run.key,
              (run) =>
                // Scrubbing redraws the runs whose relation to the cursor changed, and no others.
                guard([run, state?.lanes.length, clamp(cursor, run.first - 1, run.last + 1)], () =>
                  this.#run(run, cursor),
                ),
            )}
          </ol>
          ${this.#end(cursor)}
        </div>
      </div>
    </section>`;
  }

  #lane(lane: LaneView): TemplateResult {
    const operations = (list: LaneView['operations']) =>
      list.map(
        (it) => html`<li class=${it.progress}>
          <span class="hidden">${it.progress}: </span><code>${it.text}</code>
          ${it.result === null ? nothing : html`<code class="result">= ${it.result}</code>`}
        </li>`,
      );
    return html`<div class="lane cpu${lane.cpu}" ${vars({ '--lane': lane.cpu })}>
      <p class="name">
        <span class="cpu">CPU${lane.cpu}</span>
        ${lane.process === null ? nothing : html`<span class="soft">process ${lane.process}</span>`}
        ${chips(lane).map((words) => html`<span class="chip">${words}</span>`)}
      </p>
      <ul>
        ${operations(lane.operations)}
        ${
          lane.handler.length === 0
            ? nothing
            : html`<li class="soft">interrupt handler:</li>${operations(lane.handler)}`
        }
      </ul>
      ${this.#noted ? html`<div class="notes">${notes(lane)}</div>` : nothing}
    </div>`;
  }

  #run(run: Run, cursor: number): TemplateResult {
    const future = run.first > cursor;
    const switched = run.first > 1;
    return html`<li class="run cpu${run.cpu} ${future ? 'future' : ''} ${switched ? 'switched' : ''}"
      ${vars({ '--lane': run.cpu, '--rows': run.rows.length })}>
      ${switched ? html`<span class="switch"><span>context switch</span></span>` : nothing}
      <span class="tag cpu">CPU${run.cpu}</span>
      <ol>${run.rows.map((row) => guard([row, side(row, cursor)], () => this.#row(row, run, cursor)))}</ol>
    </li>`;
  }

  #row(row: Row, run: Run, cursor: number): TemplateResult {
    switch (row.kind) {
      case 'loop':
        return html`<li class="loop ${row.from >= cursor ? 'future' : ''}">From here on, for ever</li>`;
      case 'operation': {
        const lane = this.state?.lanes.find((it) => it.cpu === run.cpu);
        const list = row.frame === 'interrupt' ? lane?.handler : lane?.operations;
        const text = row.frame === 'call' ? row.name : list?.[row.operation]?.text;
        const why = asked(row.frame);
        const result = row.folded && row.frame !== 'call' ? list?.[row.operation]?.result : null;
        return html`<li class="operation ${row.frame}">
          <button aria-expanded=${!row.folded} @click=${() => this.#fold(row.key)}>
            <span class="twist" aria-hidden="true"></span>
            <span><code>${text ?? row.name}</code>${result ? html` <code class="result">= ${result}</code>` : nothing}
              ${why === null ? nothing : html` <span class="why">${why}</span>`}</span>
          </button>
        </li>`;
      }
      case 'function':
        return html`<li class="function ${row.frame} ${row.from > cursor ? 'future' : ''} ${row.again ? 'again' : ''}"
          ${vars({ '--depth': row.depth })}><code>${row.name}</code></li>`;
      case 'folded': {
        const many = row.last - row.first + 1;
        const label = many === 1 ? `step ${row.first}` : `steps ${row.first} to ${row.last}`;
        return html`<li class="step ${row.frame} ${row.first > cursor ? 'future' : ''}" data-step=${row.last} data-first=${row.first}>
          <button tabindex="-1" @click=${() => request(this, { type: 'seek', cursor: row.last })}>
            <span class="number">${row.last}</span>
            <span class="body"><span class="soft">${label}</span>
              ${row.broke.map((name) => html`<span class="broke">${icon('broken')} breaks ${name}</span>`)}</span>
          </button>
        </li>`;
      }
      case 'step':
        return stepTemplate(row.step, cursor, (number) =>
          request(this, { type: 'seek', cursor: number }),
        );
    }
  }

  #end(cursor: number): TemplateResult {
    const end = this.state?.end;
    const words: Record<string, string> = { done: 'Every CPU is done.' };
    if (end) {
      return html`<p class="end ${end === 'done' ? '' : 'bad'}">${end === 'done' ? words.done : `The execution ends here: ${end}.`}</p>`;
    }
    const { length } = this.trace;
    if (this.loopFrom !== null) {
      return html`<p class="end bad ${length > cursor ? 'future' : ''}">Back where step ${this.loopFrom + 1} began:
        ${repeats(this.loopFrom, length)}. This is a livelock.</p>`;
    }
    if (length > cursor) return html`<p class="end">&nbsp;</p>`;
    return html`<p class="end">Step a CPU, or explore and load a witness.</p>`;
  }

  /** Folds every operation, or opens all that are folded. */
  #foldAll(): void {
    const keys = this.#runs.flatMap((run) => run.rows).filter((row) => row.kind === 'operation');
    this.folded = new Set(this.folded.size > 0 ? [] : keys.map((row) => row.key));
  }

  #fold(key: string): void {
    const folded = new Set(this.folded);
    if (!folded.delete(key)) folded.add(key);
    this.folded = folded;
  }

  /** Keeps the step at the cursor in sight, without moving the page. */
  #follow(): (() => void) | undefined {
    const box = this.renderRoot.querySelector('.scroll');
    const now = this.renderRoot.querySelector('[aria-current]');
    if (!box) return undefined;
    const scroll = (to: number) => () => {
      box.scrollTop = to;
    };
    if (!now) return this.state?.cursor === 0 ? scroll(0) : undefined;
    const outer = box.getBoundingClientRect();
    const inner = now.getBoundingClientRect();
    const top = outer.top + (this.renderRoot.querySelector('.lanes')?.clientHeight ?? 0);
    // What lies over the foot of the box is told of the step, which it must not hide.
    const bottom = outer.bottom - (this.renderRoot.querySelector('.below')?.clientHeight ?? 0);
    const room = bottom - top;
    // Behind the last step stands how the execution ends.
    const ended =
      this.state?.cursor === this.trace.length && (this.state.end ?? this.loopFrom) !== null;
    const calm = inner.top > top + room * 0.12 && inner.bottom < bottom - room * 0.12;
    if (calm && !ended) return undefined;
    return scroll(box.scrollTop + inner.top - top - (room - inner.height) * (ended ? 0.3 : 0.55));
  }
}

/** What keeps others from a CPU, and what it does instead of its task. */
function chips({ frame, irqs_off, atomic, calls }: LaneView): string[] {
  const words: string[] = [];
  if (irqs_off) words.push('irqs off');
  else if (atomic) words.push('not preemptible');
  const served = calls.find((it) => it.running);
  if (frame === 'interrupt') words.push('in interrupt');
  if (frame === 'call') words.push(served ? `serving CPU${served.from}` : 'serving another CPU');
  return words;
}

/** What waits on a lane: calls of other CPUs, pages for the TLB flush, stores for memory. */
const notes = ({ cpu, calls, gather, stores }: LaneView): (TemplateResult | typeof nothing)[] => [
  ...calls.map((call) => {
    const { who, name, progress } = callText(call);
    return html`<p class=${progress}>${who}: <code>${name}</code> (${progress})</p>`;
  }),
  gather.length === 0
    ? nothing
    : html`<p>mmu_gather: ${gather.map((pfn) => `page ${pfn}`).join(', ')}</p>`,
  stores === null ? nothing : storesTemplate(cpu, stores),
];

/** What a CPU has stored and others do not see yet. */
const storesTemplate = (cpu: number, stores: readonly PendingStoreView[]): TemplateResult =>
  html`<div class="stores">${
    stores.length === 0
      ? 'no store on its way'
      : html`on their way<span class="hidden"> to memory, oldest first</span>:
        <ol aria-label="Stores of CPU${cpu} on their way">
          ${stores.map((it) => html`<li><code>${storeText(it)}</code></li>`)}
        </ol>`
  }</div>`;

/** Whether notes may come and go on a lane. */
const hasNotes = ({ can_call, gather, stores }: LaneView): boolean =>
  can_call !== null || gather.length > 0 || stores !== null;

const clamp = (n: number, low: number, high: number): number => Math.min(Math.max(n, low), high);

/** Before the cursor, at it, or behind it: all that a row's look depends on. */
function side(row: Row, cursor: number): number {
  switch (row.kind) {
    case 'operation':
      return 0;
    case 'loop':
      return Math.sign(cursor - row.from - 0.5);
    case 'function':
      return Math.sign(cursor - row.from + 0.5);
    case 'folded':
      return Math.sign(cursor - row.first + 0.5);
    case 'step':
      return Math.sign(cursor - row.step.number);
  }
}

const switches = (n: number): string => (n === 1 ? '1 context switch' : `${n} context switches`);

customElements.define('pagerace-lanes', PageraceLanes);
