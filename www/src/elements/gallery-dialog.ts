import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { icon } from '../icons';
import { found, type Group, inShort, LISTED, type Listed, type Part } from '../list';
import { ui } from '../ui';
import { count } from '../wording';
import { dialogStyles, show } from './dialog';
import { galleryStyles } from './gallery-style';
import { inline } from './inline';

const headingId = (heading: string): string => heading.replace(/\W+/g, '-').toLowerCase();

/** All scenarios, in groups, with a search: each a link of its own. */
export class PageraceGallery extends LitElement {
  static override properties = {
    open: { type: Boolean },
    entry: { attribute: false },
    words: { state: true },
  };
  static override styles = [ui, dialogStyles, galleryStyles];

  declare open: boolean;
  /** The scenario on the stage. */
  declare entry: string | null;
  declare private words: string;

  constructor() {
    super();
    this.open = false;
    this.entry = null;
    this.words = '';
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('open')) return;
    show(this.renderRoot, this.open);
    const current = this.renderRoot.querySelector<HTMLElement>('a[aria-current]');
    if (this.open) current?.scrollIntoView({ block: 'center' });
  }

  override render(): TemplateResult | typeof nothing {
    const parts = found(this.words);
    const hits = parts.flatMap((part) => part.groups.flatMap((group) => group.entries)).length;
    const none = `No scenario has all of these words: ${this.words.trim()}.`;
    return html`<dialog aria-labelledby="gallery" @close=${this.#closed} @keydown=${this.#key}>
      <div class="top">
        <h2 id="gallery">Gallery</h2>
        <label class="search"><span class="hidden">Search the gallery</span>
          <input type="search" placeholder="Search: words, functions, kernels, commits" autocomplete="off" spellcheck="false"
            autofocus .value=${this.words} @input=${this.#search}></label>
        <p class="soft" role="status">${
          this.words.trim() ? `${hits} of ${LISTED.length}` : count(LISTED.length, 'scenario')
        }</p>
        <button @click=${this.#fresh}>New scenario</button>
        <button aria-keyshortcuts="o" title="Open a scenario file (o)" @click=${this.#pick}>Open file</button>
        <button class="close" aria-label="Close" @click=${this.#closed}>${icon('close')}</button>
      </div>
      <div class="body">
        <nav aria-label="Groups">${parts.map(
          (part) =>
            html`<p>${part.heading}</p>${part.groups.map(
              ({ heading, entries }) =>
                html`<button class="plain" @click=${() => this.#jump(heading)}>${inline(heading)} <span class="soft">${entries.length}</span></button>`,
            )}`,
        )}</nav>
        <div class="list">${parts.length === 0 ? html`<p>${none}</p>` : parts.map((it) => this.#part(it))}</div>
      </div>
    </dialog>`;
  }

  #part(part: Part): TemplateResult {
    return html`<h3 class="part">${part.heading}</h3>${part.groups.map((it) => this.#group(it))}`;
  }

  #group({ heading, mail, entries }: Group): TemplateResult {
    const id = headingId(heading);
    return html`<section aria-labelledby=${id}>
      <h4 id=${id} tabindex="-1">${inline(heading)}</h4>
      ${mail ? html`<p class="soft">${inline(mail)}</p>` : nothing}
      <ul>${entries.map((it) => this.#entry(it))}</ul>
    </section>`;
  }

  #entry(it: Listed): TemplateResult {
    const broken = it.task === null ? inShort(it.broken) : '';
    return html`<li><a href="#g=${it.name}" title=${it.title} aria-current=${it.name === this.entry ? 'true' : nothing} @click=${(event: MouseEvent) => this.#follow(event, it.name)}>
      <span class="name">${it.name}</span>
      <span class="what">${inline(it.what)}</span>
      <span class="marks">
        ${it.stops > 0 ? html`<span class="chip tour">${icon('play')}tour of ${count(it.stops, 'stop')}</span>` : nothing}
        ${it.task === null ? nothing : html`<span class="chip tour">challenge</span>`}
        <span class="chip">${count(it.cpus, 'CPU')}</span>
        ${
          broken
            ? html`<span class="chip" title=${it.broken.join(', ')}><span class="bad">${icon('broken')}</span>goes wrong in ${broken}</span>`
            : nothing
        }
      </span></a></li>`;
  }

  #fresh(): void {
    request(this, { type: 'new' });
    this.#closed();
  }

  #pick(): void {
    request(this, { type: 'pick_file' });
    this.#closed();
  }

  #search(event: Event): void {
    this.words = (event.target as HTMLInputElement).value;
    this.renderRoot.querySelector('.list')?.scrollTo({ top: 0 });
  }

  /** A link that is to open elsewhere is left to the browser, and the gallery stays open. */
  #follow(event: MouseEvent, name: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#closed();
    request(this, { type: 'gallery', name });
  }

  #closed(): void {
    if (this.open) this.dispatchEvent(new Event('close'));
  }

  #jump(heading: string): void {
    const target = this.renderRoot.querySelector<HTMLElement>(`#${headingId(heading)}`);
    target?.scrollIntoView({ block: 'start' });
    target?.focus({ preventScroll: true });
  }

  /** Arrows go through the links; letters go to the search wherever the focus is. */
  #key(event: KeyboardEvent): void {
    const input = this.renderRoot.querySelector('input');
    if (!input || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const target = event.composedPath()[0];
    if (event.key === 'Escape' && target === input && this.words !== '') {
      this.words = '';
      event.preventDefault();
    }
    if (event.key.length === 1 && event.key !== ' ' && target !== input) input.focus();
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>('.list a')];
    if (event.key === 'Enter' && target === input && this.words.trim()) links[0]?.click();
    const at = links.indexOf(target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined || (target === input && !event.key.startsWith('Arrow'))) return;
    event.preventDefault();
    const next = to < 0 ? input : links[Math.min(to, links.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }
}

customElements.define('pagerace-gallery', PageraceGallery);
