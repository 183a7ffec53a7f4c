import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { Aside } from '../aside';
import {
  baseOf,
  diff,
  dropped,
  editsOf,
  editsText,
  inserted,
  type Line,
  labelIn,
  linesOf,
  moved,
  type Offer,
  offers,
} from '../bench';
import { EMPTY, type Model } from '../model';
import type { ClaimedKernel, RoutineView } from '../protocol';
import { ui } from '../ui';
import { asSentence, count } from '../wording';
import { barStyles } from './bar-style';
import { benchStyles } from './bench-style';

/** What the engine says of the text with the patch. */
interface Judged {
  readonly text: string;
  /** The line that the complaint is about; none where it is about the function. */
  readonly label: string | null;
  /** None where the patch fits. */
  readonly why: string | null;
}

/** What follows once the patch is in the scenario; `compare` is for the tool of that name. */
type Next = 'explore' | 'share' | 'compare' | null;

/** The functions of this race as lines to move, drop and insert: a patch of the reader's own. */
export class PageraceBench extends LitElement {
  static override properties = {
    model: { attribute: false },
    routines: { state: true },
    name: { state: true },
    chosen: { state: true },
    lines: { state: true },
    at: { state: true },
    wanted: { state: true },
    goto: { state: true },
    judged: { state: true },
    why: { state: true },
    over: { state: true },
  };
  static override styles = [ui, barStyles, benchStyles];

  declare model: Model;
  declare private routines: readonly RoutineView[];
  /** What the patch is called. */
  declare private name: string;
  /** The function on the bench. */
  declare private chosen: string;
  declare private lines: readonly Line[];
  /** The line that the buttons are about. */
  declare private at: number;
  /** What the reader looks for to insert. */
  declare private wanted: string;
  declare private goto: string;
  declare private judged: Judged | null;
  /** Why there is no bench for this text. */
  declare private why: string | null;
  /** The line that a dragged one would be put before. */
  declare private over: number | null;
  readonly #engine = new Aside();
  /** How the lines were before, the last last. */
  #past: (readonly Line[])[] = [];
  #text = '';
  #asked = 0;
  #from = 0;
  /** What is to be done once the text with the patch stands on the stage. */
  #then: { text: string; next: Next } | null = null;

  constructor() {
    super();
    this.model = EMPTY;
    this.routines = [];
    this.name = 'mine';
    this.chosen = '';
    this.lines = [];
    this.at = 0;
    this.wanted = '';
    this.goto = '';
    this.judged = null;
    this.why = null;
    this.over = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#engine.close();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { scenario, text } = this.model;
    if (!changed.has('model') || !scenario || text === this.#text) return;
    this.#text = text;
    if (scenario.patch !== null) this.name = scenario.patch;
    void this.#load();
  }

  protected override updated(): void {
    if (this.#then?.text !== this.model.text) return;
    const { next } = this.#then;
    this.#then = null;
    this.#go(next);
  }

  #go(next: Next): void {
    if (next === 'compare') this.dispatchEvent(new CustomEvent('compare'));
    else if (next) request(this, { type: next });
  }

  async #load(): Promise<void> {
    const { scenario, text } = this.model;
    if (!scenario) return;
    const asked = ++this.#asked;
    try {
      await this.#engine.open(text, scenario.own);
      const { routines } = await this.#engine.ask({ type: 'routines' }, 'routines');
      if (asked !== this.#asked) return;
      const before = this.#routine();
      const unsaved = this.#isEdited();
      this.why = null;
      this.routines = routines;
      const same = JSON.stringify(before?.base) === JSON.stringify(this.#routine()?.base);
      // Steps that become the schedule of the text are no reason to forget what is on the bench.
      if (unsaved && same) return void this.#judge();
      const edited = routines.find((it) => it.rows.some((row) => row.mark !== null));
      const known = routines.find((it) => it.function === this.chosen);
      this.#choose((known ?? edited ?? routines[0])?.function ?? '');
    } catch (error) {
      if (asked !== this.#asked) return;
      this.why = error instanceof Error ? error.message : String(error);
    }
  }

  #choose(name: string): void {
    this.chosen = name;
    const routine = this.#routine();
    this.lines = routine ? linesOf(routine) : [];
    this.#past = [];
    this.at = 0;
    this.goto = routine?.base.at(-1)?.label ?? '';
    this.judged = null;
  }

  /** Comes into sight with a function on it, and with the focus. */
  async show(name: string | null): Promise<void> {
    if (name !== null) this.#choose(name);
    await this.updateComplete;
    const heading = this.renderRoot.querySelector<HTMLElement>('#bench');
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: 'start' });
  }

  #routine(): RoutineView | undefined {
    return this.routines.find((it) => it.function === this.chosen);
  }

  #put(lines: readonly Line[], at = this.at): void {
    this.#past.push(this.lines);
    this.#show(lines, at);
  }

  #show(lines: readonly Line[], at: number): void {
    this.lines = lines;
    this.at = Math.min(Math.max(at, 0), Math.max(lines.length - 1, 0));
    void this.#judge();
  }

  #back(): void {
    const lines = this.#past.pop();
    if (lines) this.#show(lines, this.at);
  }

  /** The text with the patch, and whether the engine takes it. */
  async #judge(): Promise<void> {
    const { scenario, text } = this.model;
    const routine = this.#routine();
    if (!scenario || !routine) return;
    const asked = ++this.#asked;
    const edits = editsText(editsOf(baseOf(routine), this.lines));
    try {
      await this.#engine.open(text, scenario.own);
      const { name, chosen } = this;
      const patch = { type: 'patch', name, function: chosen, edits } as const;
      const shared = await this.#engine.ask(patch, 'shared');
      const kernel = this.#patched(scenario.own, edits === '');
      const reply = await this.#engine.call({ type: 'kernel', text: shared.text, ...kernel });
      if (asked !== this.#asked) return;
      this.judged = judge(shared.text, reply.type === 'refused' ? reply.diagnostics[0] : undefined);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.judged = { text: '', label: null, why: error instanceof Error ? error.message : '' };
    }
  }

  /** The kernel on the stage with this patch; the patch of one function alone may have gone. */
  #patched(
    { base, toggles }: ClaimedKernel,
    gone: boolean,
  ): Pick<ClaimedKernel, 'base' | 'toggles'> {
    const { patch: _, ...others } = toggles;
    return { base, toggles: gone ? others : { ...others, patch: this.name } };
  }

  override render(): TemplateResult {
    const routine = this.#routine();
    return html`<section aria-labelledby="bench">
      <h3 id="bench" tabindex="-1">Patch bench</h3>
      ${
        this.why === null
          ? routine
            ? [
                this.#head(),
                this.#tools(),
                this.#sides(routine),
                this.#insert(routine),
                this.#foot(),
              ]
            : html`<p class="soft" role="status">Reading the functions …</p>`
          : html`<p class="bad" role="alert">${asSentence(this.why)}</p>`
      }
    </section>`;
  }

  #head(): TemplateResult {
    const isEdited = (it: RoutineView) => it.rows.some((row) => row.mark !== null);
    return html`<div class="bar">
      <label>Function
        <select class="mono" @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}>
          ${this.routines.map(
            (it) =>
              html`<option value=${it.function} ?selected=${it.function === this.chosen}>${it.function}${isEdited(it) ? ' (patched)' : ''}</option>`,
          )}
        </select>
      </label>
      <label>Patch
        <input .value=${this.name} maxlength="40" size="16" pattern="[A-Za-z0-9._\\-]+" spellcheck="false" @change=${this.#rename} />
      </label>
    </div>`;
  }

  #rename(event: Event): void {
    const input = event.target as HTMLInputElement;
    if (input.checkValidity() && input.value !== '') this.name = input.value;
    else input.value = this.name;
    if (this.#isEdited()) void this.#judge();
  }

  #tools(): TemplateResult {
    const line = this.lines[this.at];
    const last = this.lines.length - 1;
    const button = (words: string, can: boolean, act: () => void) =>
      html`<button aria-disabled=${!can} @click=${() => can && act()}>${words}</button>`;
    return html`<div class="bar" role="toolbar" aria-label="The line ${line?.label}">
      ${button('Move up', this.at > 0, () => this.#move(this.at, this.at - 1))}
      ${button('Move down', this.at < last, () => this.#move(this.at, this.at + 1))}
      ${button(line?.dropped ? 'Put back' : 'Drop', line !== undefined, () => this.#put(dropped(this.lines, this.at)))}
      ${button('Undo', this.#past.length > 0, () => this.#back())}
      <span class="soft">or drag; Alt with ↑ and ↓, Delete</span>
    </div>`;
  }

  #move(from: number, to: number): void {
    this.#put(moved(this.lines, from, to), to);
  }

  #sides(routine: RoutineView): TemplateResult {
    const changes = diff(baseOf(routine), this.lines);
    const [file] = routine.source.split(',');
    const classes = { '-': 'gone', '+': 'new', ' ': '' };
    return html`<div class="sides">
      <div>
        ${this.judged?.why && this.judged.label === null ? this.#complaint(this.judged.why) : nothing}
        <ol class="lines" aria-label="Lines of ${routine.function}">${this.lines.map((line, at) => this.#line(line, at))}</ol>
      </div>
      <pre role="region" tabindex="0" aria-label="The diff against the kernel"><span>--- a/${file}</span><span>+++ b/${file}</span><span>@@ ${routine.function} @@</span>${changes.map(
        ({ sign, text }) => html`<span class=${classes[sign]}>${sign}${text}</span>`,
      )}</pre>
    </div>`;
  }

  #complaint(why: string): TemplateResult {
    return html`<span class="wrong" role="alert">${asSentence(why)}</span>`;
  }

  #line(line: Line, at: number): TemplateResult {
    const { label, text, target, insert, dropped } = line;
    const word = dropped ? 'dropped' : insert === null ? '' : 'inserted';
    const sign = dropped ? '−' : insert === null ? '' : '+';
    return html`<li class=${this.over === at ? 'over' : ''} draggable="true"
      @dragstart=${(event: DragEvent) => this.#drag(event, at)}
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.over = at;
      }}
      @dragend=${() => {
        this.over = null;
      }}
      @drop=${(event: DragEvent) => this.#dropped(event, at)}>
      <button aria-pressed=${at === this.at} data-at=${at} @keydown=${this.#key}
        @click=${() => {
          this.at = at;
        }}>
        <span aria-hidden="true">${sign}</span><span class="label">${label}</span>
        <span class="code ${dropped ? 'dropped' : ''}">${text}${target === null ? nothing : html`<span class="soft"> → ${target}</span>`}</span>
        ${word === '' ? nothing : html`<span class="hidden">${word}</span>`}
      </button>
      ${this.judged?.why && this.judged.label === label ? this.#complaint(this.judged.why) : nothing}
    </li>`;
  }

  #drag(event: DragEvent, at: number): void {
    this.#from = at;
    this.at = at;
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer?.setData('text/plain', this.lines[at]?.label ?? '');
  }

  #dropped(event: DragEvent, at: number): void {
    event.preventDefault();
    this.over = null;
    if (at !== this.#from) this.#move(this.#from, at > this.#from ? at - 1 : at);
  }

  async #key(event: KeyboardEvent): Promise<void> {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const at = Number((event.currentTarget as HTMLElement).dataset.at);
    const to = at + (step ?? 0);
    if (event.key === 'Delete') this.#put(dropped(this.lines, at), at);
    else if (step === undefined) return;
    else if (to < 0 || to >= this.lines.length) return event.preventDefault();
    else if (event.altKey) this.#move(at, to);
    event.preventDefault();
    this.at = Math.min(to, this.lines.length - 1);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-at="${this.at}"]`)?.focus();
  }

  #insert(routine: RoutineView): TemplateResult {
    const words = this.wanted.toLowerCase().split(/\s+/);
    const matches = ({ insert, text }: Offer) =>
      words.every((word) => `${insert} ${text}`.toLowerCase().includes(word));
    const found = offers(routine).filter(matches);
    return html`<details><summary>Insert a line</summary><fieldset>
      <legend>Locks, interrupts, preemption, fences, and lines of this function once more</legend>
      <div class="bar">
        <label>Search <input type="search" .value=${this.wanted} @input=${(event: Event) => {
          this.wanted = (event.target as HTMLInputElement).value;
        }} /></label>
        <label>Where a comparison fails, go to
          <select class="mono" @change=${(event: Event) => {
            this.goto = (event.target as HTMLSelectElement).value;
          }}>${routine.base.map((it) => html`<option value=${it.label} ?selected=${it.label === this.goto}>${it.label}</option>`)}</select>
        </label>
      </div>
      <p class="soft" role="status">${count(found.length, 'line')} to insert before <code>${this.lines[this.at]?.label}</code></p>
      <ul class="offers">${found.map(
        (it) =>
          html`<li><button @click=${() => this.#put(inserted(this.lines, this.at, it, this.goto), this.at + 1)}>${it.text} <span class="soft">${it.insert}</span></button></li>`,
      )}</ul>
    </fieldset></details>`;
  }

  #isEdited(): boolean {
    const routine = this.#routine();
    const edits = (lines: readonly Line[]) => editsOf(routine ? baseOf(routine) : [], lines).join();
    return routine !== undefined && edits(this.lines) !== edits(linesOf(routine));
  }

  #foot(): TemplateResult {
    const { draft, scenario } = this.model;
    const dirty = this.#isEdited();
    const routine = this.#routine();
    const patched = scenario?.patch !== null || dirty;
    const fits = !dirty || (this.judged !== null && this.judged.why === null);
    const can = fits && draft === null;
    const button = (words: string, act: boolean, next: Next, primary = false) =>
      html`<button class=${primary ? 'primary' : ''} aria-disabled=${!act} @click=${() => act && this.#apply(next)}>${words}</button>`;
    return html`<div class="bar">
        ${button('Write into the scenario', can && dirty, null, true)}
        ${button('Explore', can, 'explore')}
        ${button('Compare with unpatched', can && patched, 'compare')}
        ${button('Share', can, 'share')}
        <button aria-disabled=${!routine?.rows.some((it) => it.mark !== null) && !dirty}
          @click=${() => routine && this.#put(baseOf(routine))}>As the kernel has it</button>
      </div>
      <p class="soft" role="status">${
        draft !== null
          ? 'The text has edits that are not applied: apply them, or revert them, first.'
          : dirty
            ? fits
              ? 'The patch fits. It is not in the scenario yet.'
              : 'The patch does not fit yet.'
            : 'As the scenario has it.'
      }</p>`;
  }

  /** Opens the text with the patch, and then does what was asked for. */
  #apply(next: Next): void {
    const text = this.#isEdited() ? this.judged?.text : undefined;
    if (text === undefined) {
      this.#go(next);
      return;
    }
    this.#then = { text, next };
    request(this, { type: 'edit', text });
    request(this, { type: 'apply' });
  }
}

/** Where in the text a complaint stands says which line it is about. */
function judge(
  text: string,
  complaint?: { line: number; message: string; hint: string | null },
): Judged {
  if (!complaint) return { text, label: null, why: null };
  const { line, message, hint } = complaint;
  const label = labelIn(text.split('\n')[line - 1] ?? '');
  return {
    text,
    label,
    why: hint === null ? message : `${asSentence(message)} ${asSentence(hint)}`,
  };
}

customElements.define('pagerace-bench', PageraceBench);
