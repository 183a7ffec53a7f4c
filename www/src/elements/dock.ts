import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { type Action, request } from '../actions';
import type { Fork } from '../forks';
import { type IconName, icon } from '../icons';
import type { LaneView, PendingStoreView, StateView, StepView } from '../protocol';
import { ui } from '../ui';
import { callLabel, count, storeText } from '../wording';
import { dockStyles } from './dock-style';
import './strip';

const SPEEDS = [0.5, 1, 2, 4, 8];

/** The player: transport, the trace as a strip, and a button for each CPU. */
export class PageraceDock extends LitElement {
  static override properties = {
    trace: { attribute: false },
    loopFrom: { attribute: false },
    state: { attribute: false },
    playing: { type: Boolean },
    stepsPerSecond: { type: Number },
    forks: { attribute: false },
    spoken: {},
  };
  static override styles = [ui, dockStyles];

  declare trace: readonly StepView[];
  /** How many steps lead to the loop that the trace ends with. */
  declare loopFrom: number | null;
  declare state: StateView | null;
  declare playing: boolean;
  declare stepsPerSecond: number;
  /** The futures that steps from the past have left. */
  declare forks: readonly Fork[];
  declare spoken: string;

  constructor() {
    super();
    this.trace = [];
    this.loopFrom = null;
    this.state = null;
    this.playing = false;
    this.stepsPerSecond = 2;
    this.forks = [];
    this.spoken = '';
  }

  override render(): TemplateResult {
    const cursor = this.state?.cursor ?? 0;
    const start = cursor === 0;
    const end = cursor === this.trace.length;
    return html`<section aria-label="Player">
      <div class="transport" role="group" aria-label="Transport">
        ${this.#button('first', 'To the start', 'Home', { type: 'start' }, start)}
        ${this.#button('previousSwitch', 'Previous context switch', 'Shift+ArrowLeft', { type: 'previous_switch' }, start)}
        ${this.#button('back', 'One step back', 'ArrowLeft', { type: 'back' }, start)}
        ${this.#button(
          this.playing ? 'pause' : 'play',
          this.playing ? 'Pause' : 'Play',
          'Space',
          { type: 'play_pause' },
          this.trace.length === 0,
        )}
        ${this.#button('forward', 'One step forward', 'ArrowRight', { type: 'forward' }, end)}
        ${this.#button('nextSwitch', 'Next context switch', 'Shift+ArrowRight', { type: 'next_switch' }, end)}
        ${this.#button('last', 'To the end', 'End', { type: 'end' }, end)}
        ${this.#button(
          'broken',
          'Next broken property',
          'n',
          { type: 'next_break' },
          !this.trace.some((step) => step.broke.length > 0),
        )}
        <label class="speed"><span class="hidden">Steps per second</span>
          <select @change=${this.#speed}>
            ${SPEEDS.map((it) => html`<option value=${it} ?selected=${it === this.stepsPerSecond}>${it}/s</option>`)}
          </select>
        </label>
      </div>
      <pagerace-strip .trace=${this.trace} .loopFrom=${this.loopFrom} .state=${this.state} .forks=${this.forks}></pagerace-strip>
      <p class="spoken" aria-live="polite" aria-atomic="true">${this.spoken}</p>
      <div class="steps" role="group" aria-label="Step a CPU">
        ${(this.state?.lanes ?? []).map((lane) => this.#lane(lane))}
        <div class="rest">
          ${
            this.forks[0]
              ? html`<button class="back plain" @click=${() => request(this, { type: 'bring_back' })}>Bring back ${count(this.forks[0].trace.length - this.forks[0].at, 'step')}</button>`
              : nothing
          }
          <button class="explore" title="Explore every interleaving (x)" @click=${() => request(this, { type: 'explore' })}>Explore<kbd aria-hidden="true">x</kbd></button>
        </div>
      </div>
    </section>`;
  }

  #button(
    name: IconName,
    label: string,
    keys: string,
    action: Action,
    off: boolean,
  ): TemplateResult {
    return html`<button class=${name} aria-label=${label} title="${label} (${keys})" aria-keyshortcuts=${keys}
      aria-disabled=${off} @click=${() => off || request(this, action)}>${icon(name)}</button>`;
  }

  #lane(lane: LaneView): TemplateResult {
    const { cpu } = lane;
    const next = nextLine(lane);
    const step = () => request(this, { type: 'step', choice: String(cpu) });
    const deliver = () => request(this, { type: 'step', choice: `${cpu}i` });
    return html`<div class="lane cpu${cpu}">
      <button class="step" aria-disabled=${!lane.can_step} aria-keyshortcuts=${cpu} title=${next}
        aria-describedby="next${cpu}" @click=${step}>
        <span class="name">Step CPU${cpu}</span><kbd aria-hidden="true">${cpu}</kbd>
        <span class="next" id="next${cpu}">${next}</span>
      </button>
      ${
        lane.can_interrupt === null
          ? nothing
          : html`<button class="deliver" aria-disabled=${!lane.can_interrupt}
              title=${lane.why_no_interrupt ?? `Deliver the interrupt on CPU${cpu}`}
              aria-label="Deliver the interrupt on CPU${cpu}${lane.why_no_interrupt ? `: ${lane.why_no_interrupt}` : ''}"
              @click=${deliver}>${icon('interrupt')}<span class="label" aria-hidden="true">Interrupt</span></button>`
      }
      ${lane.can_call === null ? nothing : this.#call(lane)}
      ${lane.stores === null ? nothing : this.#drain(lane, lane.stores)}
    </div>`;
  }

  /** Starts the first of what other CPUs asked this one to run. */
  #call({ cpu, calls, can_call, why_no_call }: LaneView): TemplateResult {
    const [first] = calls;
    const label = callLabel(calls);
    const what = first
      ? `Start the ${first.delivery} on CPU${cpu}: ${first.function} for CPU${first.from}`
      : `Start what another CPU asks of CPU${cpu}`;
    const start = () => request(this, { type: 'step', choice: `${cpu}c` });
    return html`<button class="deliver call ${first ? '' : 'idle'}" aria-disabled=${!can_call} title=${why_no_call ?? what}
      aria-label="${what}${why_no_call ? `: ${why_no_call}` : ''}"
      @click=${start}>${icon('call')}<span class="label" aria-hidden="true">${label}</span></button>`;
  }

  /** Lets the oldest store of this CPU reach memory. */
  #drain({ cpu, why_no_drain }: LaneView, [oldest]: readonly PendingStoreView[]): TemplateResult {
    const what = oldest
      ? `Let the oldest store of CPU${cpu} reach memory: ${storeText(oldest)}`
      : `Let the oldest store of CPU${cpu} reach memory`;
    const drain = () => request(this, { type: 'step', choice: `${cpu}d` });
    return html`<button class="deliver drain ${oldest ? '' : 'idle'}" aria-disabled=${why_no_drain !== null}
      title=${why_no_drain ?? what} aria-label="${what}${why_no_drain ? `: ${why_no_drain}` : ''}"
      @click=${drain}>${icon('drain')}<span class="label" aria-hidden="true">Store</span></button>`;
  }

  #speed(event: Event): void {
    const stepsPerSecond = Number((event.target as HTMLSelectElement).value);
    request(this, { type: 'speed', stepsPerSecond });
  }
}

/** What a CPU would run next, or why it cannot. */
function nextLine(lane: LaneView): string {
  if (lane.operations.length === 0) return 'nothing to run';
  if (lane.why_not !== null) return lane.why_not;
  const frame = lane.stack.at(-1);
  if (frame) return frame.lines[frame.current]?.[1] ?? frame.function;
  return lane.operations.find((it) => it.progress === 'waiting')?.text ?? '';
}

customElements.define('pagerace-dock', PageraceDock);
