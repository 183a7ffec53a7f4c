import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type Action, REQUEST } from '../actions';
import { EngineClient } from '../engine';
import { type Guide, PANELS, type Panel } from '../hash';
import { icon } from '../icons';
import { Keeper, shelf } from '../keep';
import { actionOf } from '../keys';
import { EMPTY, type Model } from '../model';
import { Store } from '../store';
import { isDark, setTheme, storedTheme, type Theme } from '../theme';
import { ui } from '../ui';
import type { Watching } from '../watch/watching';
import { referenceUrl } from '../wording';
import { appStyles } from './app-style';
import type { PageraceEditor } from './editor';
import { inline } from './inline';
import type { PageraceTools } from './tools';
import './dock';
import './editor';
import './kernel';
import './lanes';
import './memory';
import './outcomes';
import './properties';
import './source';
import './system';

const PANEL_NAMES: Record<Panel, string> = {
  lanes: 'Lanes',
  memory: 'Memory',
  source: 'Source',
  outcomes: 'Outcomes',
  compose: 'Compose',
  text: 'Text',
};

/** The page: holds the store, and lays the elements out. */
export class PageraceApp extends LitElement {
  static override properties = {
    model: { state: true },
    theme: { state: true },
    help: { state: true },
    more: { state: true },
    browsing: { state: true },
    composing: { state: true },
  };
  static override styles = [ui, appStyles];

  declare private model: Model;
  declare private theme: Theme;
  declare private help: boolean;
  declare private more: boolean;
  /** The gallery is open. */
  declare private browsing: boolean;
  /** The composer is open beside the text. */
  declare private composing: boolean;
  #store = new Store(
    new EngineClient(),
    {
      writeHash: (hash, push) =>
        push ? history.pushState(null, '', hash) : history.replaceState(history.state, '', hash),
      base: () => location.href.replace(/#.*$/, ''),
      // Without TLS there is no clipboard.
      copy: async (text) => navigator.clipboard.writeText(text),
    },
    new Keeper(shelf('localStorage'), shelf('sessionStorage')),
  );

  #watching: Watching | undefined;

  constructor() {
    super();
    this.model = EMPTY;
    this.theme = storedTheme();
    this.help = false;
    this.more = false;
    this.browsing = false;
    this.composing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.replaceChildren();
    this.#store.addEventListener('change', () => {
      this.model = this.#store.model;
    });
    this.#store.addEventListener('goto', (event) => void this.#goto(event as CustomEvent));
    this.addEventListener(REQUEST, (event) => this.#act(event.detail));
    for (const sign of ['pointerover', 'focusin', 'keydown'])
      this.addEventListener(sign, () => void this.#watch(), { once: true });
    addEventListener('hashchange', () => void this.#store.address(location.hash));
    addEventListener('keydown', (event) => this.#key(event));
    addEventListener('beforeunload', (event) => {
      if (this.model.draft !== null || this.model.stash !== null) event.preventDefault();
    });
    // What failed is told by an element of its own, which the first view does not wait for.
    void this.#store
      .start(location.hash)
      .finally(() =>
        Promise.all([import('./notice'), import('./tools'), import('../share/dropping')]),
      );
  }

  protected override willUpdate(): void {
    if (this.model.shared && !this.model.shared.copied) void import('../share/menu');
    if (this.model.panel !== 'compose' || this.composing) return;
    this.composing = true;
    void import('./compose').then(() => this.#reveal('compose'));
  }

  /** What looks closely at the trace comes once somebody is there to look. */
  async #watch(): Promise<void> {
    const { Watching } = await import('../watch/watching');
    this.#watching ??= new Watching(this.renderRoot);
    this.requestUpdate('model');
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('model')) {
      this.#watching?.show(this.model);
      const title = this.model.scenario?.title;
      const wanted = title ? `${title} - Pagerace` : 'Pagerace';
      if (document.title !== wanted) document.title = wanted;
    }
  }

  override render(): TemplateResult {
    const { model } = this;
    const { state, scenario, trace } = model;
    return html`
      ${this.#header()}
      <main data-panel=${model.panel} class=${model.text === '' ? 'starting' : ''}>
        <pagerace-notice .notice=${model.notice} .traced=${trace.length > 0}></pagerace-notice>
        ${this.#title()}
        <pagerace-guide .model=${model}></pagerace-guide>
        <pagerace-kernel .catalogue=${model.catalogue} .scenario=${scenario}></pagerace-kernel>
        <nav class="panels" aria-label="Panels">
          ${PANELS.map(
            (panel) =>
              html`<button aria-pressed=${panel === model.panel} @click=${() => this.#act({ type: 'panel', panel })}>${PANEL_NAMES[panel]}</button>`,
          )}
        </nav>
        <div class="grid ${state ? '' : 'starting'} ${(state?.lanes.length ?? 0) > 2 ? 'many' : ''} ${this.composing ? 'composing' : ''}">
          <div class="column">
            <pagerace-lanes class="lanes" .trace=${trace} .loopFrom=${model.loopFrom} .state=${state}></pagerace-lanes>
            <pagerace-outcomes class="outcomes" ?hidden=${model.predicting} .name=${model.entry} .scenario=${scenario} .search=${model.search}></pagerace-outcomes>
            <pagerace-tools class="outcomes" .model=${model}></pagerace-tools>
          </div>
          <div class="column">
            <pagerace-properties class="lanes memory" .scenario=${scenario} .state=${state}></pagerace-properties>
            <pagerace-memory class="memory" .state=${state} .page=${model.page}></pagerace-memory>
            ${this.#contents()}
            ${
              model.word && this.#watching
                ? html`<pagerace-history class="memory" .model=${model} .traces=${this.#watching.traces}></pagerace-history>`
                : nothing
            }
            <pagerace-source class="source" .state=${state} .trace=${trace}></pagerace-source>
            <pagerace-system class="memory" .state=${state}></pagerace-system>
          </div>
          ${this.composing ? this.#composer() : nothing}
          <pagerace-editor class="text" .text=${model.text} .draft=${model.draft} .stash=${model.stash}
            .diagnostics=${model.diagnostics} .catalogue=${model.catalogue}></pagerace-editor>
        </div>
      </main>
      <pagerace-dock .trace=${trace} .loopFrom=${model.loopFrom} .state=${state} .playing=${model.playing} .stepsPerSecond=${model.stepsPerSecond}
        .forks=${model.predicting ? [] : model.forks} .spoken=${model.spoken}></pagerace-dock>
      <pagerace-share .model=${model}></pagerace-share>
      <pagerace-drop></pagerace-drop>
      <pagerace-gallery .open=${this.browsing} .entry=${model.entry} @close=${() => {
        this.browsing = false;
      }}></pagerace-gallery>
      <pagerace-help .open=${this.help} @close=${() => {
        this.help = false;
      }}></pagerace-help>`;
  }

  #composer(): TemplateResult {
    const { text, draft, diagnostics, catalogue, scenario, history } = this.model;
    const close = () => {
      this.composing = false;
      this.#act({ type: 'panel', panel: 'lanes' });
    };
    return html`<pagerace-compose class="compose" .text=${draft ?? text} .diagnostics=${diagnostics} .catalogue=${catalogue}
      .scenario=${scenario} .history=${history} @close=${close}></pagerace-compose>`;
  }

  #turns(): TemplateResult | typeof nothing {
    const { past, future } = this.model.history;
    if (past.length + future.length === 0) return nothing;
    const button = (type: 'undo' | 'redo', label: string, keys: string, off: boolean) =>
      html`<button class="square turn" aria-label=${label} title="${label} (${keys.replaceAll('Control', 'Ctrl')})" aria-keyshortcuts=${keys}
        aria-disabled=${off} @click=${() => off || this.#act({ type })}>${icon(type)}</button>`;
    return html`${button('undo', 'Undo', 'Control+Z', past.length === 0)}
      ${button('redo', 'Redo', 'Control+Shift+Z', future.length === 0)}`;
  }

  #header(): TemplateResult {
    const { entry, scenario, shared } = this.model;
    const dark = isDark(this.theme);
    const turn = () => this.#act({ type: 'theme', theme: dark ? 'light' : 'dark' });
    return html`<header class="top">
      <p class="brand"><svg viewBox="0 0 26 20" aria-hidden="true"><path class="cpu0" d="M1 5h9l6 10h9"></path><path class="cpu1" d="M1 15h9l6-10h9"></path></svg> Pagerace</p>
      <button class="gallery" aria-haspopup="dialog" aria-keyshortcuts="g" title="All scenarios (g)" @click=${() => this.#act({ type: 'browse' })}>
        <b>Gallery</b> <span>${entry ?? (scenario ? 'own scenario' : nothing)}</span></button>
      <div class="tools">
        ${this.#turns()}
        <button class="edit" @click=${() => this.#compose()}>Compose</button>
        <button class="edit" @click=${() => this.#act({ type: 'goto_text', line: 1, column: 1 })}>Edit text</button>
        <button class="copy" aria-keyshortcuts="s" aria-haspopup="dialog" title="Share this race (s)"
          @click=${() => this.#act({ type: 'share' })}>
          ${icon(shared?.copied ? 'holds' : 'link')}<span>${shared?.copied ? 'Link copied' : 'Share'}</span></button>
        <button class="square" aria-label=${dark ? 'Light theme' : 'Dark theme'} title=${dark ? 'Light theme' : 'Dark theme'} @click=${turn}>${icon(dark ? 'sun' : 'moon')}</button>
        <button class="square" aria-label="Keys" title="Keys (?)" aria-keyshortcuts="?" @click=${() => this.#act({ type: 'help' })}>?</button>
      </div>
    </header>`;
  }

  /** Few scenarios read or write what pages hold: the element comes with the first that does. */
  #contents(): TemplateResult | typeof nothing {
    const contents = this.model.state?.contents ?? [];
    if (contents.length === 0) return nothing;
    void import('./contents');
    return html`<pagerace-contents class="memory" .contents=${contents}></pagerace-contents>`;
  }

  #title(): TemplateResult {
    const { scenario } = this.model;
    const refs = (scenario?.refs ?? []).map((ref) => {
      const url = referenceUrl(ref);
      return html`<li>${url ? html`<a href=${url} rel="noreferrer">${ref}</a>` : ref}</li>`;
    });
    return html`<div class="title ${scenario ? '' : 'starting'}">
      <h1>${scenario?.title ?? 'Starting the engine…'}</h1>
      <p class="kernel-name soft">Kernel <code>${scenario?.kernel ?? nothing}</code></p>
      <p class="about ${this.more ? 'open' : ''}">${inline(scenario?.about ?? '')}</p>${this.#guides()}
      ${
        scenario?.before.length
          ? html`<p class="before">Before: ${scenario.before.map((call) => html`<code>${call}</code> `)}</p>`
          : nothing
      }
      <ul class="refs">${refs}</ul>
      <button class="more plain" aria-expanded=${this.more} @click=${() => {
        this.more = !this.more;
      }}>${this.more ? 'less' : 'more'}</button>
    </div>`;
  }

  /** What leads through the scenario; which of the two it has is told without the engine. */
  #guides(): TemplateResult | typeof nothing {
    const { text, guide } = this.model;
    if (guide) void import('./guide');
    const has = (kind: Guide) => new RegExp(`^\\[+${kind}\\]`, 'm').test(text);
    const button = (kind: Guide) =>
      html`<button aria-pressed=${guide?.kind === kind} @click=${() => this.#act({ type: 'guide', guide: guide?.kind === kind ? null : kind })}>
        ${icon('play')} ${kind === 'tour' ? 'Guided tour' : 'Challenge'}</button>`;
    const kinds = (['tour', 'challenge'] as const).filter(has);
    return kinds.length > 0 ? html`<p class="guides">${kinds.map(button)}</p>` : nothing;
  }

  #act(action: Action): void {
    if (action.type === 'help') {
      void import('./dialogs');
      this.help = true;
    }
    if (action.type === 'pick_file') void this.#pick();
    if (action.type === 'browse') {
      void import('./gallery-dialog');
      this.browsing = true;
    }
    if (action.type === 'theme') {
      this.theme = action.theme;
      setTheme(action.theme);
    }
    if (action.type === 'history' || action.type === 'select_page') void this.#watch();
    if (action.type === 'bench') void this.#bench(action.function);
    const done = this.#store.act(action);
    if (action.type === 'explore') {
      void this.#reveal('outcomes');
      void done.then(() => this.#reveal('outcomes'));
    }
    if (action.type === 'witness' || (action.type === 'kernel' && action.schedule))
      void this.#reveal('lanes');
    if (action.type === 'copy_link') {
      setTimeout(() => this.model.shared?.copied && this.#act({ type: 'close_share' }), 3000);
    }
  }

  async #pick(): Promise<void> {
    const { pick } = await import('../share/disk');
    this.#act({ type: 'open_files', files: await pick() });
  }

  async #bench(name: string | null): Promise<void> {
    await import('./tools');
    if (this.model.panel !== 'outcomes') this.#act({ type: 'panel', panel: 'outcomes' });
    await this.updateComplete;
    await this.renderRoot.querySelector<PageraceTools>('pagerace-tools')?.showBench(name);
  }

  #compose(): void {
    this.#act({ type: 'panel', panel: 'compose' });
    if (this.composing) void this.#reveal('compose');
  }

  #key(event: KeyboardEvent): void {
    if (this.help || this.browsing || (this.model.shared && !this.model.shared.copied)) return;
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    this.#act(action);
  }

  /** Brings a panel to the front on a narrow screen, and into sight on a wide one. */
  async #reveal(panel: 'lanes' | 'outcomes' | 'compose'): Promise<void> {
    if (this.model.panel !== panel) this.#act({ type: 'panel', panel });
    await this.updateComplete;
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
    this.renderRoot
      .querySelector(`pagerace-${panel}`)
      ?.scrollIntoView({ block: 'nearest', behavior });
  }

  async #goto(event: CustomEvent<{ line: number; column: number }>): Promise<void> {
    await this.updateComplete;
    const editor = this.renderRoot.querySelector<PageraceEditor>('pagerace-editor');
    await editor?.updateComplete;
    editor?.show(event.detail.line, event.detail.column);
  }
}

customElements.define('pagerace-app', PageraceApp);
