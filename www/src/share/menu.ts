import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { dialogStyles, show } from '../elements/dialog';
import { icon } from '../icons';
import { EMPTY, type Model } from '../model';
import { ui } from '../ui';
import { asSentence } from '../wording';
import { save } from './disk';
import { rest } from './engine';
import { FORMS, type Form, type Lack } from './forms';
import { menuStyles } from './menu-style';
import { fileName } from './name';

/** What a form has made, as text or as a picture with its address; or what it lacks. */
type Made =
  | { kind: 'text'; text: string }
  | { kind: 'picture'; made: string | Blob; address: string }
  | { kind: 'lack'; lack: Lack };

const REFUSED = 'The browser does not let the page write to the clipboard.';
const FIRST = FORMS[0] as Form;

/** The share menu: a race in each of its forms, to be seen, copied, saved. */
export class PageraceShare extends LitElement {
  static override properties = {
    model: { attribute: false },
    form: { state: true },
    shows: { state: true },
    made: { state: true },
    copied: { state: true },
  };
  static override styles = [ui, dialogStyles, menuStyles];

  declare model: Model;
  declare private form: Form;
  /** What its picture shows. */
  declare private shows: string;
  /** Nothing while it is being made. */
  declare private made: Made | null;
  /** Whether the last copy came to the clipboard. */
  declare private copied: boolean | null;

  constructor() {
    super();
    this.model = EMPTY;
    this.form = FIRST;
    this.shows = '';
    this.made = null;
    this.copied = null;
  }

  get #open(): boolean {
    return this.model.shared !== null && this.model.shared.copied !== true;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('model')) return;
    const before: Model | undefined = changed.get('model');
    if (!this.#open && before?.shared) rest();
    if (!this.#open) return;
    const { shared, search, draft } = this.model;
    if (before?.shared !== shared) void this.#choose(FIRST);
    else if (before?.search !== search || before?.draft !== draft) void this.#make();
  }

  protected override updated(changed: PropertyValues): void {
    show(this.renderRoot, this.#open);
    if (!changed.has('made') || this.made?.kind !== 'text') return;
    // The link was to be copied at once, and the clipboard refused it.
    if (this.form === FIRST && this.model.shared?.copied === false) this.#select();
  }

  override render(): TemplateResult {
    const closed = () => this.#open && request(this, { type: 'close_share' });
    return html`<dialog aria-labelledby="share" @close=${closed} @keydown=${this.#key}>
      <div class="top">
        <h2 id="share">Share this race</h2>
        <button class="close" aria-label="Close" @click=${closed}>${icon('close')}</button>
      </div>
      <div role="tablist" aria-label="Form">${FORMS.map((form) => this.#tab(form))}</div>
      <div id="made" role="tabpanel" aria-labelledby="tab-${this.form.name}">
        ${this.#parts()}
        <div class="preview" role="group" aria-label="Preview" tabindex=${this.made?.kind === 'picture' ? 0 : nothing}>${this.#preview()}</div>
        ${this.made?.kind === 'lack' ? '' : this.#actions()}
      </div>
      <p class="said soft" role="status">${this.#said()}</p>
    </dialog>`;
  }

  #tab(form: Form): TemplateResult {
    const chosen = form === this.form;
    return html`<button role="tab" id="tab-${form.name}" aria-selected=${chosen} aria-controls="made" tabindex=${chosen ? 0 : -1}
      @click=${() => this.#choose(form)}>${form.label}</button>`;
  }

  #parts(): TemplateResult | typeof nothing {
    const { parts } = this.form;
    if (!parts) return nothing;
    const chosen = (event: Event) => {
      this.shows = (event.target as HTMLSelectElement).value;
      void this.#make();
    };
    return html`<label class="part">It shows <select @change=${chosen}>${parts.map(
      ([part, label]) =>
        html`<option value=${part} ?selected=${part === this.shows}>${label}</option>`,
    )}</select></label>`;
  }

  #preview(): TemplateResult {
    const { made, form } = this;
    switch (made?.kind) {
      case undefined:
        return html`<p>Making it…</p>`;
      case 'lack':
        return html`<p>${made.lack.why} ${this.#offer(made.lack)}</p>`;
      case 'picture':
        return html`<img src=${made.address} alt=${form.label}>`;
      case 'text':
        return html`<textarea readonly class=${form.wraps ? 'wraps' : ''} wrap=${form.wraps ? 'soft' : 'off'} spellcheck="false"
          aria-label=${form.label} .value=${made.text}></textarea>`;
    }
  }

  #offer({ offer }: Lack): TemplateResult {
    if (offer === null) return html``;
    const scenario = FORMS.find((it) => it.name === 'toml');
    const explore = () => {
      request(this, { type: 'close_share' });
      request(this, { type: 'explore' });
    };
    return offer === 'explore'
      ? html`<br><button @click=${explore}>Explore every interleaving</button>`
      : html`<br><button @click=${() => scenario && this.#choose(scenario)}>Show the scenario</button>`;
  }

  #actions(): TemplateResult {
    const { copied } = this;
    return html`<div class="actions">
      <button class="primary" autofocus aria-keyshortcuts="c" title="Copy (c)" aria-disabled=${this.made === null} @click=${this.#copy}>
        ${icon(copied ? 'holds' : 'link')} ${copied ? 'Copied' : 'Copy'}</button>
      <button aria-keyshortcuts="d" title="Save ${fileName(this.model, this.form.extension)} (d)" aria-disabled=${this.made === null} @click=${this.#save}>Save as file</button>
    </div>`;
  }

  #said(): string {
    const { made, form, model, copied } = this;
    if (copied) return 'Copied.';
    if (copied === false)
      return made?.kind === 'picture'
        ? `${REFUSED} Save it as a file instead.`
        : `${REFUSED} The text is selected: copy it with Ctrl C.`;
    if (made === null || made.kind === 'lack') return '';
    return form.note?.(model, made.kind === 'text' ? made.text : made.made) ?? '';
  }

  async #choose(form: Form): Promise<void> {
    this.form = form;
    if (!form.parts?.some(([part]) => part === this.shows)) this.shows = form.parts?.[0]?.[0] ?? '';
    await this.#make();
  }

  async #make(): Promise<void> {
    const { form, model, shows: part } = this;
    this.copied = form === FIRST && model.shared?.copied === false ? false : null;
    const lack = form.lacks?.(model) ?? null;
    this.made = lack && { kind: 'lack', lack };
    if (lack) return;
    const made = await drawn(form, model, part);
    // Another one may have been chosen meanwhile.
    if (form === this.form && part === this.shows && model.shared === this.model.shared)
      this.made = made;
  }

  async #copy(): Promise<void> {
    const { made } = this;
    if (made === null || made.kind === 'lack') return;
    try {
      // Without TLS there is no clipboard.
      const it = made.kind === 'text' ? made.text : made.made;
      if (typeof it === 'string') await navigator.clipboard.writeText(it);
      else await navigator.clipboard.write([new ClipboardItem({ [it.type]: it })]);
      this.copied = true;
    } catch {
      this.copied = false;
      this.#select();
    }
  }

  #save(): void {
    const { made, form, model } = this;
    if (made === null || made.kind === 'lack') return;
    save(made.kind === 'text' ? made.text : made.made, fileName(model, form.extension), form.mime);
  }

  #select(): void {
    const text = this.renderRoot.querySelector('textarea');
    text?.focus();
    text?.select();
  }

  /** Letters do what their buttons do; arrows go through the forms while one has the focus. */
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'c') void this.#copy();
    if (event.key === 'd') this.#save();
    const focused = event.composedPath()[0];
    if (!(focused instanceof HTMLElement) || focused.role !== 'tab') return;
    const at = FORMS.indexOf(this.form);
    const last = FORMS.length - 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    const form = next === undefined ? undefined : FORMS.at(next > last ? 0 : next);
    if (!form) return;
    event.preventDefault();
    void this.#choose(form);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${form.name}`)?.focus();
  }
}

/** A picture is shown from a data address, as the page's content security policy has it. */
async function drawn(form: Form, model: Model, part: string): Promise<Made> {
  try {
    const made = await form.make(model, part);
    if (typeof made === 'string' && !form.mime.startsWith('image/'))
      return { kind: 'text', text: made };
    const address = await addressOf(new Blob([made], { type: form.mime }));
    return { kind: 'picture', made, address };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'lack', lack: { why: asSentence(`it cannot be made: ${why}`), offer: null } };
  }
}

const addressOf = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

customElements.define('pagerace-share', PageraceShare);
