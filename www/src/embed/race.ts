import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Action } from '../actions';
import { EngineClient } from '../engine';
import { Keeper } from '../keep';
import { actionOf } from '../keys';
import { EMPTY, type Model, type Notice } from '../model';
import type { Diagnostic } from '../protocol';
import { Store } from '../store';
import { ui } from '../ui';
import { asSentence } from '../wording';
import { raceStyles } from './race-style';
import { outOfMind, whenSeen } from './sight';
import { homeOf, source, tellsItself } from './source';
import { place, type Told, verdict } from './telling';
import '../elements/dock';
import '../elements/lanes';
import '../elements/memory';

/** What leaves the text and the schedule as they were given. */
const LOOKING: ReadonlySet<Action['type']> = new Set([
  'back',
  'forward',
  'start',
  'end',
  'seek',
  'previous_switch',
  'next_switch',
  'next_break',
  'next_change',
  'previous_change',
  'play_pause',
  'speed',
  'select_page',
  'dismiss',
  'restart',
]);

/** What changes what stands on the stage. */
const CHANGING: ReadonlySet<Action['type']> = new Set([
  'step',
  'move',
  'bring_back',
  'witness',
  'explore',
  'go_on',
  'cancel',
  'kernel',
  'edit',
  'apply',
  'revert',
  'undo',
  'redo',
]);

const VIEWS = ['timeline', 'memory', 'both', 'text'];

/** `<page-race>`: a race in a document of others. What stands in it is for readers without it. */
export class PageRace extends LitElement {
  static override properties = {
    href: {},
    g: {},
    home: {},
    view: {},
    ro: { type: Boolean },
    theme: { reflect: true },
    at: { type: Number },
    controls: {},
    model: { state: true },
    failure: { state: true },
    hash: { state: true },
  };
  static override styles = [ui, ...raceStyles];

  /** A Pagerace link. */
  declare href: string | null;
  /** A scenario of the gallery. */
  declare g: string | null;
  /** The Pagerace that opens it. */
  declare home: string | null;
  declare view: string | null;
  /** The reader changes neither text nor schedule. */
  declare ro: boolean;
  declare theme: string | null;
  declare at: number | null;
  declare controls: string | null;
  declare private model: Model;
  /** Why there is no race. */
  declare private failure: readonly string[] | null;
  /** What opens it elsewhere, from `#` on. */
  declare private hash: string;

  #engine: EngineClient | undefined;
  #store: Store | undefined;
  #starting: Promise<void> | undefined;
  #told: Model = EMPTY;
  #size = new ResizeObserver(() => this.#tell({ type: 'resize', height: this.offsetHeight }));

  constructor() {
    super();
    this.href = null;
    this.g = null;
    this.home = null;
    this.view = null;
    this.ro = false;
    this.theme = null;
    this.at = null;
    this.controls = null;
    this.model = EMPTY;
    this.failure = null;
    this.hash = '';
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('focusin', () => void this.start());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    whenSeen(this, () => void this.start());
    this.#size.observe(this);
  }

  /** An element that is moved in the document is connected again at once. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    outOfMind(this);
    this.#size.disconnect();
    setTimeout(() => this.isConnected || this.#end());
  }

  /** What stands on the stage. */
  get stage(): Model {
    return this.model;
  }

  /** Whether the engine has been asked for. */
  get started(): boolean {
    return this.#starting !== undefined;
  }

  /** A link that opens what stands on the stage in Pagerace. */
  get link(): string | null {
    const home = homeOf(this.home, this.href);
    return home === null || this.hash === '' ? null : home + this.hash;
  }

  /** Starts the engine and opens the race, as it does when it comes into sight. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    const found = await source(this, this.href, this.g);
    if ('why' in found) this.failure = [found.why];
    else await this.load(found.head, this.at);
  }

  /** Opens what stands behind `#` in a link; why that cannot be done, if so. */
  async load(head: string, at: number | null): Promise<readonly string[]> {
    const store = this.#opened();
    const first = store.model.state === null;
    const address = at === null ? head : `${head.replace(/&at=\d+/, '')}&at=${at}`;
    // Where it does not open here, it may there.
    if (first) this.hash = `#${address}`;
    await store.address(address);
    const why = whyNot(store.model, first);
    if (why.length > 0 && !first) {
      // What stood there before goes on.
      await store.act({ type: 'revert' });
      await store.act({ type: 'dismiss' });
    } else this.failure = why.length > 0 ? why : null;
    return why;
  }

  /** Does what is asked for; resolves when it is done. */
  async act(action: Action): Promise<void> {
    await this.#store?.act(action);
  }

  #opened(): Store {
    if (this.#store) return this.#store;
    this.#engine = new EngineClient();
    const around = {
      writeHash: (hash: string) => {
        this.hash = hash;
      },
      base: () => homeOf(this.home, this.href) ?? '',
      copy: () => Promise.reject(new Error('an embedded race does not write there')),
    };
    const store = new Store(this.#engine, around, new Keeper(null, null));
    store.addEventListener('change', () => {
      if (store === this.#store) this.#changed(store.model);
    });
    this.#store = store;
    return store;
  }

  #end(): void {
    this.#store?.end();
    this.#store = undefined;
    this.#starting = undefined;
    this.model = EMPTY;
    this.#told = EMPTY;
  }

  #changed(model: Model): void {
    const told = this.#told;
    this.#told = model;
    this.model = model;
    if (this.failure) return;
    if (model.trace !== told.trace || model.state?.cursor !== told.state?.cursor)
      this.#tell({ type: 'step', ...place(model) });
    const { search } = model;
    if (search && search !== told.search && (!search.view.running || search.stopped))
      this.#tell({ type: 'verdict', ...verdict(search.view) });
    if (model.notice?.kind === 'lost' && told.notice !== model.notice)
      this.#tell({ type: 'error', of: model.notice.doing, message: model.notice.why });
  }

  #tell(told: Told): void {
    const detail = { pagerace: 1, ...told };
    this.dispatchEvent(new CustomEvent('page-race', { detail, bubbles: true, composed: true }));
  }

  protected override willUpdate(changed: PropertyValues): void {
    const named = changed.has('href') || changed.has('g');
    if (this.hasUpdated && named && this.started) this.#starting = this.#start();
    if (this.hasUpdated && changed.has('at') && this.at !== null)
      void this.act({ type: 'seek', cursor: this.at });
  }

  override render(): TemplateResult {
    const { model, failure } = this;
    const stands = model.state !== null && failure === null;
    const told = tellsItself(this);
    return html`<div class=${told ? 'told' : 'untold'} ?hidden=${stands}><slot></slot></div
      >${stands ? this.#race() : failure ? this.#failed(failure) : nothing}`;
  }

  #failed(failure: readonly string[]): TemplateResult {
    const { link } = this;
    return html`<div class="why" role="note"><p>This race does not play here:
      ${failure.map((why) => html`${asSentence(why)} `)}${link === null ? nothing : open(link)}</p></div>`;
  }

  #race(): TemplateResult {
    const { model } = this;
    const { scenario, state, trace, notice } = model;
    const view = VIEWS.find((it) => it === this.view) ?? 'timeline';
    const shows = (...views: string[]) => views.includes(view);
    const act = (event: CustomEvent<Action>) => this.#act(event);
    return html`<section class="race" aria-label=${scenario?.title ?? nothing} @pagerace-request=${act}>
      <header>
        <h2>${scenario?.title}</h2>
        <span class="soft">Kernel <code>${scenario?.kernel}</code></span>
        ${this.link === null ? nothing : open(this.link)}
      </header>
      <div class="body ${view}">
        ${notice ? this.#notice(notice) : nothing}
        ${shows('timeline', 'both') ? html`<pagerace-lanes .trace=${trace} .loopFrom=${model.loopFrom} .state=${state}></pagerace-lanes>` : nothing}
        ${shows('memory', 'both') ? html`<pagerace-memory .state=${state} .page=${model.page}></pagerace-memory>` : nothing}
        ${shows('text') ? this.#text() : nothing}
        ${
          model.search
            ? html`<pagerace-outcomes class="wide" .name=${model.entry} .scenario=${scenario} .search=${model.search}></pagerace-outcomes>`
            : nothing
        }
      </div>
      ${
        this.controls === 'none'
          ? nothing
          : html`<pagerace-dock controls=${this.controls === 'steps' ? 'steps' : 'full'} ?ro=${this.ro} .trace=${trace} .loopFrom=${model.loopFrom}
            .state=${state} .playing=${model.playing} .stepsPerSecond=${model.stepsPerSecond} .forks=${model.forks} .spoken=${model.spoken}></pagerace-dock>`
      }
    </section>`;
  }

  #notice(notice: Notice): TemplateResult {
    const lost = notice.kind === 'lost';
    const action: Action = lost ? { type: 'restart', keepTrace: true } : { type: 'dismiss' };
    return html`<div class="why wide" role="alert">${reasons(notice).map((why) => html`<p>${asSentence(why)}</p>`)}
      <div class="actions"><button @click=${() => void this.act(action)}>${lost ? 'Restart' : 'Dismiss'}</button></div></div>`;
  }

  #text(): TemplateResult {
    const { text, draft, diagnostics } = this.model;
    const edit = (event: Event) =>
      this.act({ type: 'edit', text: (event.target as HTMLTextAreaElement).value });
    const buttons = html`<div class="actions">
      <button class="primary" aria-disabled=${draft === null} @click=${() => draft !== null && this.act({ type: 'apply' })}>Apply</button>
      <button aria-disabled=${draft === null} @click=${() => draft !== null && this.act({ type: 'revert' })}>Revert</button>
    </div>`;
    return html`<div>
      <textarea aria-label="Scenario" spellcheck="false" ?readonly=${this.ro} .value=${draft ?? text} @input=${edit}></textarea>
      ${diagnostics.map((it) => html`<p class="why" role="alert">${words(it)}</p>`)}
      ${this.ro ? nothing : buttons}
    </div>`;
  }

  /** Wishes of the elements end here: they are no concern of the document. */
  #act(event: CustomEvent<Action>): void {
    event.stopPropagation();
    if (this.#may(event.detail)) void this.act(event.detail);
  }

  #may({ type }: Action): boolean {
    return LOOKING.has(type) || (!this.ro && CHANGING.has(type));
  }

  /** Keys come only from within. */
  #key(event: KeyboardEvent): void {
    const action = this.model.state && actionOf(event);
    if (!action || !this.#may(action)) return;
    event.preventDefault();
    void this.act(action);
  }
}

const open = (link: string): TemplateResult =>
  html`<a href=${link} target="_blank" rel="noopener noreferrer">Open in Pagerace</a>`;

const words = ({ line, column, message, hint }: Diagnostic): string =>
  `${line > 0 ? `Line ${line}, column ${column}: ` : ''}${asSentence(message)} ${asSentence(hint ?? '')}`;

/** What a notice says. */
function reasons(notice: Notice): readonly string[] {
  switch (notice.kind) {
    case 'lost':
      return [`the engine stopped: ${notice.why}`];
    case 'refused':
      return notice.diagnostics.map(words);
    case 'unscheduled':
    case 'unplayed':
      return [`the schedule does not run: ${notice.why}`];
    case 'bad_link':
      return [`the link does not open: ${notice.why}`];
    case 'bad_file':
    case 'changed':
    case 'kept':
    case 'stopped':
      return []; // an embed opens no files, knows no outcomes from before, and keeps nothing
  }
}

/** Why what was asked for does not stand on the stage. */
function whyNot({ notice, draft, diagnostics, state }: Model, first: boolean): string[] {
  if (notice?.kind === 'bad_link') return [`the link does not open: ${notice.why}`];
  if (notice?.kind === 'lost' && (state === null || !first)) return [notice.why];
  return draft === null ? [] : diagnostics.map(words);
}

customElements.define('page-race', PageRace);
