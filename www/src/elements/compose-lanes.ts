import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { BeforeOutline, CpuOutline, Outline } from '../compose/outline';
import { callsAt, listOf, nameOf, type Spot, type Where } from '../compose/spots';
import { icon } from '../icons';
import { ui } from '../ui';
import { wish } from './compose-event';
import { composeStyles } from './compose-style';
import './compose-cpu';

type ListName = Spot['list'];

/** The lanes with their calls, which can be dragged, or moved with Alt and the arrows. */
export class PageraceComposeLanes extends LitElement {
  static override properties = {
    outline: { attribute: false },
    over: { state: true },
    dragged: { state: true },
  };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;
  /** Where the dragged call would land. */
  declare private over: Spot | null;
  declare private dragged: Spot | null;

  constructor() {
    super();
    this.outline = null;
    this.over = null;
    this.dragged = null;
  }

  /** Gives the focus to a call; to the lane's button where there is none. */
  focusOn({ cpu, list, at }: Spot): void {
    const lists = (name: ListName) =>
      this.renderRoot.querySelector(`[data-list="${name}"][data-cpu="${cpu}"]`);
    const row = lists(list)?.querySelector<HTMLElement>(`[data-at="${at}"] .call`);
    const lane = (lists(list) ?? lists('run'))?.closest('.lane');
    (row ?? lane?.querySelector<HTMLElement>('.add'))?.focus();
  }

  override render(): TemplateResult {
    const cpus = this.outline?.cpus ?? [];
    const add = () =>
      wish(this, {
        edit: { do: 'add_table', name: 'cpu', values: this.#laneValues() },
        said: `CPU${cpus.length} added.`,
      });
    return html`<section aria-labelledby="cpus">
      <h3 id="cpus">CPUs</h3>
      <div class="lanes">${cpus.map((cpu, number) => this.#lane(cpu, number, cpus.length))}</div>
      <p class="bar"><button @click=${add}>Add a CPU</button>
        <span class="aside" id="how">Drag a call by its handle, or focus it and press Alt with an arrow.</span></p>
    </section>
    <section aria-labelledby="before">
      <h3 id="before">Before the lanes begin</h3>
      <p class="soft">Calls that have returned, one after the other, with nobody else there.</p>
      <div class="lanes">${this.outline?.before.map((it, number) => this.#before(it, number))}</div>
      <p class="bar"><button @click=${this.#addBefore}>Add earlier calls</button></p>
    </section>`;
  }

  #addBefore(): void {
    const values = this.#laneValues();
    wish(this, {
      edit: { do: 'add_table', name: 'before', values },
      said: 'Earlier calls added.',
      focus: { cpu: this.outline?.before.length ?? 0, list: 'before', at: 0 },
    });
  }

  #before({ process, run }: BeforeOutline, number: number): TemplateResult {
    const where = { cpu: number, list: 'before' } as const;
    const name = `earlier calls ${number + 1}`;
    const remove = () =>
      wish(this, {
        edit: { do: 'remove_table', name: 'before', at: number },
        said: 'Earlier calls removed.',
      });
    return html`<div class="lane" data-cpu=${number} role="group" aria-label="Earlier calls ${number + 1}">
      <p class="top">${this.#process('before', number, process, name)}
        <button class="small" aria-label="Remove ${name}" title="Remove" @click=${remove}>${icon('close')}</button></p>
      ${this.#list(run, where)}
      ${this.#add({ ...where, at: run.length }, name)}
    </div>`;
  }

  /** Which process makes the calls. */
  #process(table: string, at: number, own: string | null, who: string): TemplateResult {
    const processes = this.outline?.processes ?? [];
    const known = processes.some((it) => it.name === own);
    const assign = (event: Event) => {
      const value = (event.target as HTMLSelectElement).value || null;
      wish(this, {
        edit: { do: 'set', in: { table, at }, key: 'process', value },
        said: value ? `Process ${value} runs ${who}.` : `No process runs ${who}.`,
      });
    };
    return html`<label><span class="hidden">Process of ${who}</span>
      <select @change=${assign}>
        <option value="" ?selected=${own === null}>no process</option>
        ${known || own === null ? nothing : html`<option selected>${own}</option>`}
        ${processes.map((it) => html`<option value=${it.name} ?selected=${it.name === own}>process ${it.name}</option>`)}
      </select></label>`;
  }

  #add(spot: Spot, who: string): TemplateResult {
    return html`<button class="add" @click=${() => wish(this, { open: { ...spot, text: null } })}>Add an operation<span class="hidden"> to ${who}</span></button>`;
  }

  #laneValues(): Record<string, string | string[]> {
    const [first] = this.outline?.processes ?? [];
    return first ? { process: first.name, run: [] } : { run: [] };
  }

  #lane(lane: CpuOutline, cpu: number, many: number): TemplateResult {
    const move = (place: number) =>
      wish(this, {
        edit: { do: 'move_table', name: 'cpu', at: cpu, place },
        said: `CPU${cpu} is CPU${place} now. Its steps and claims follow.`,
      });
    return html`<div class="lane cpu${cpu}" data-cpu=${cpu} role="group" aria-label="CPU${cpu}">
      <p class="top"><span class="cpu">CPU${cpu}</span>
        ${this.#process('cpu', cpu, lane.process, `CPU${cpu}`)}
        ${cpu > 0 ? html`<button class="small" aria-label="Move CPU${cpu} left" title="Move CPU${cpu} left" @click=${() => move(cpu - 1)}>←</button>` : nothing}
        ${cpu < many - 1 ? html`<button class="small" aria-label="Move CPU${cpu} right" title="Move CPU${cpu} right" @click=${() => move(cpu + 1)}>→</button>` : nothing}
        <button class="small" aria-label="Remove CPU${cpu}" title="Remove CPU${cpu}" @click=${() => this.#removeLane(cpu)}>${icon('close')}</button>
      </p>
      ${this.#list(lane.run, { cpu, list: 'run' })}
      ${lane.interrupt.length > 0 ? html`<p class="soft">interrupt handler:</p>` : nothing}
      ${lane.interrupt.length > 0 ? this.#list(lane.interrupt, { cpu, list: 'interrupt' }) : nothing}
      ${this.#add({ cpu, list: 'run', at: lane.run.length }, `CPU${cpu}`)}
      <pagerace-compose-cpu .outline=${this.outline} .cpu=${cpu}></pagerace-compose-cpu>
    </div>`;
  }

  #removeLane(cpu: number): void {
    wish(this, {
      edit: { do: 'remove_table', name: 'cpu', at: cpu },
      said: `CPU${cpu} removed, with its steps in the schedule and the claims that name it. Those after it move up.`,
    });
  }

  #list(calls: readonly string[], where: Where): TemplateResult {
    const { cpu, list } = where;
    const which = { run: 'run', interrupt: 'interrupt handler', before: cpu + 1 }[list];
    const into = (at: number) =>
      this.over?.cpu === cpu && this.over.list === list && this.over.at === at ? 'into' : '';
    return html`<ol class="calls ${into(calls.length)}" data-list=${list} data-cpu=${cpu}
      aria-label="Calls ${list === 'before' ? '' : 'of '}${nameOf(where)}, ${which}">
      ${calls.map((text, at) => {
        const spot = { cpu, list, at };
        const lifted = same(this.dragged, spot) ? 'lifted' : '';
        return html`<li class="${into(at)} ${lifted}" data-at=${at} @keydown=${(event: KeyboardEvent) => this.#key(event, spot)}>
          <span class="handle" aria-hidden="true" title="Drag" @pointerdown=${(event: PointerEvent) => this.#lift(event, spot)}>⠿</span>
          <button class="call" aria-describedby="how" aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight Delete"
            title="Change this call" @click=${() => wish(this, { open: { ...spot, text } })}><code>${text}</code></button>
          <button class="small" aria-label="Remove ${text}" title="Remove" @click=${() => this.#remove(spot, text)}>${icon('close')}</button>
        </li>`;
      })}
    </ol>`;
  }

  #remove(spot: Spot, text: string): void {
    wish(this, {
      edit: { do: 'remove', list: listOf(spot), at: spot.at },
      said: `${text} removed, ${nameOf(spot)}.`,
      focus: spot,
    });
  }

  #key(event: KeyboardEvent, spot: Spot): void {
    const { cpu, list, at } = spot;
    const { outline } = this;
    const there = (lane: number) => outline && callsAt(outline, { cpu: lane, list });
    const calls = (lane: number) => there(lane) ?? [];
    if (event.key === 'Delete') {
      event.preventDefault();
      this.#remove(spot, calls(cpu)[at] ?? '');
      return;
    }
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const places: Record<string, Spot> = {
      ArrowUp: { cpu, list, at: at - 1 },
      ArrowDown: { cpu, list, at: at + 1 },
      ArrowLeft: { cpu: cpu - 1, list, at: Math.min(at, calls(cpu - 1).length) },
      ArrowRight: { cpu: cpu + 1, list, at: Math.min(at, calls(cpu + 1).length) },
    };
    const to = places[event.key];
    if (!to) return;
    // The browser would go back a page.
    event.preventDefault();
    event.stopPropagation();
    const last = to.cpu === cpu ? calls(cpu).length - 1 : calls(to.cpu).length;
    if (!there(to.cpu) || to.at < 0 || to.at > last) return;
    this.#move(spot, to);
  }

  /** `to.at` counts without the call that moves. */
  #move(from: Spot, to: Spot): void {
    const text = (this.outline && callsAt(this.outline, from)?.[from.at]) ?? '';
    wish(this, {
      edit: {
        do: 'move',
        list: listOf(from),
        at: from.at,
        to: listOf(to),
        place: to.at,
      },
      said: `${text}: ${nameOf(to)}, place ${to.at + 1}.`,
      focus: to,
    });
  }

  #lift(event: PointerEvent, spot: Spot): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    this.dragged = spot;
    const follow = ({ clientX, clientY }: PointerEvent) => {
      this.over = this.#spotAt(clientX, clientY);
    };
    const end = (last: Event) => {
      for (const type of ['pointerup', 'pointercancel']) handle.removeEventListener(type, end);
      handle.removeEventListener('pointermove', follow);
      removeEventListener('keydown', cancel, true);
      const to = this.over;
      [this.over, this.dragged] = [null, null];
      if (last.type !== 'pointerup' || !to) return;
      const sameList = to.cpu === spot.cpu && to.list === spot.list;
      const at = sameList && to.at > spot.at ? to.at - 1 : to.at;
      if (!sameList || at !== spot.at) this.#move(spot, { ...to, at });
    };
    const cancel = (pressed: KeyboardEvent) => {
      if (pressed.key === 'Escape') end(pressed);
    };
    handle.addEventListener('pointermove', follow);
    for (const type of ['pointerup', 'pointercancel']) handle.addEventListener(type, end);
    addEventListener('keydown', cancel, true);
  }

  /** Before which call a point is. */
  #spotAt(x: number, y: number): Spot | null {
    for (const lane of this.renderRoot.querySelectorAll<HTMLElement>('.lane')) {
      const box = lane.getBoundingClientRect();
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      const lists = [...lane.querySelectorAll<HTMLElement>('.calls')];
      const list = lists.findLast((it) => it.getBoundingClientRect().top <= y) ?? lists[0];
      if (!list) continue;
      const rows = [...list.querySelectorAll('li')].map((row) => row.getBoundingClientRect());
      const before = rows.findIndex((row) => y < row.top + row.height / 2);
      const at = before < 0 ? rows.length : before;
      return { cpu: Number(lane.dataset.cpu), list: list.dataset.list as ListName, at };
    }
    return null;
  }
}

const same = (one: Spot | null, other: Spot): boolean =>
  one?.cpu === other.cpu && one.list === other.list && one.at === other.at;

customElements.define('pagerace-compose-lanes', PageraceComposeLanes);
