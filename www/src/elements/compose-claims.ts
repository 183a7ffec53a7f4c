import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { resultNames } from '../compose/call';
import { type ClaimOutline, QUANTIFIERS, type Quantifier, sentence } from '../compose/claims';
import type { Place } from '../compose/edits';
import type { Value } from '../compose/literal';
import type { Outline } from '../compose/outline';
import { icon } from '../icons';
import type { Catalogue } from '../protocol';
import { ui } from '../ui';
import { partsOf } from '../write/values';
import { typed, wish } from './compose-event';
import { composeStyles } from './compose-style';

/** What is claimed of every interleaving. */
export class PageraceComposeClaims extends LitElement {
  static override properties = {
    outline: { attribute: false },
    catalogue: { attribute: false },
  };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;
  declare catalogue: Catalogue | null;
  /** A button that goes with what it removes leaves the focus to another. */
  #removed = false;

  constructor() {
    super();
    this.outline = null;
    this.catalogue = null;
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.#removed || !changed.has('outline')) return;
    this.#removed = false;
    if (this.shadowRoot?.activeElement) return;
    this.renderRoot.querySelector<HTMLElement>('.add')?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { outline } = this;
    if (!outline) return nothing;
    const values = { sometimes: { end: 'done' } };
    const add = () =>
      wish(this, {
        edit: { do: 'add_table', name: 'expect', values },
        said: `Claim ${outline.claims.length + 1} added.`,
      });
    return html`<section aria-labelledby="claims">
      <h3 id="claims">Claims</h3>
      <p class="soft">What a search is to find, or not to find, in all interleavings.</p>
      <ul class="rows claims">${outline.claims.map((it, at) => this.#claim(it, at))}</ul>
      <p class="bar"><button class="add" @click=${add}>Add a claim</button></p>
    </section>`;
  }

  #claim(claim: ClaimOutline, at: number): TemplateResult {
    const remove = () => {
      this.#removed = true;
      const said = `Claim ${at + 1} removed.`;
      wish(this, { edit: { do: 'remove_table', name: 'expect', at }, said });
    };
    const show = () => request(this, { type: 'goto_text', line: claim.line, column: 1 });
    return html`<li>
      ${
        claim.quantifier === null
          ? html`<span>${sentence(claim)}</span>`
          : html`<details><summary>${sentence(claim)}</summary>${this.#form(claim, at, claim.quantifier)}</details>`
      }
      <button class="plain" @click=${show}>line ${claim.line}</button>
      <button class="small" aria-label="Remove claim ${at + 1}" title="Remove" @click=${remove}>${icon('close')}</button>
    </li>`;
  }

  #form(claim: ClaimOutline, at: number, quantifier: Quantifier): TemplateResult {
    const { parts, breaks } = claim;
    const place: Place = { table: 'expect', at };
    const inside: Place = { ...place, inside: quantifier };
    const turn = (event: Event) =>
      wish(this, {
        edit: { do: 'rename', in: place, key: quantifier, to: typed(event) },
        said: `Claim ${at + 1}: ${typed(event)}.`,
      });
    const single = parts.length + breaks.length === 1;
    return html`<ul class="rows">
      <li><label><span class="hidden">How often, claim ${at + 1}</span><select @change=${turn}>
        ${QUANTIFIERS.map((it) => html`<option value=${it} ?selected=${it === quantifier}>${it}</option>`)}
      </select></label> ${this.#kernel(claim, place)}</li>
      ${parts.map(([name, value]) => this.#part(inside, name, value, single))}
      ${breaks.map((_, number) => this.#broken(inside, breaks, number, single))}
      <li>${this.#more(claim, inside)}</li>
    </ul>`;
  }

  #set(place: Place, key: string, value: Value | null): void {
    const said = value === null ? `${key} is taken out.` : `${key} is set.`;
    wish(this, { edit: { do: 'set', in: place, key, value }, said });
  }

  #kernel({ kernel, preset }: ClaimOutline, place: Place): TemplateResult {
    const presets = this.catalogue?.kernels.map((it) => it.name) ?? [];
    const other = kernel !== null && (preset === null || !presets.includes(preset));
    const set = (event: Event) => this.#set(place, 'kernel', typed(event) || null);
    return html`<label>under <select @change=${set}>
      <option value="" ?selected=${kernel === null}>the kernel of the file</option>
      ${other ? html`<option disabled selected>${kernel}</option>` : nothing}
      ${presets.map((it) => html`<option value=${it} ?selected=${it === preset}>${it}</option>`)}
    </select></label>`;
  }

  #without(place: Place, key: string, value: Value | null, single: boolean) {
    if (single) return nothing;
    const remove = () => {
      this.#removed = true;
      this.#set(place, key, value);
    };
    return html`<button class="small" aria-label="Remove ${key}" title="Remove" @click=${remove}>${icon('close')}</button>`;
  }

  #part(place: Place, name: string, value: string, single: boolean): TemplateResult {
    const without = this.#without(place, name, null, single);
    if (name === 'end') {
      const set = (event: Event) => this.#set(place, name, typed(event));
      const [words = []] = this.#ends();
      return html`<li><label><code>end</code> <select @change=${set}>
        ${words.map(([it, help]) => html`<option value=${it} title=${help} ?selected=${it === value}>${it}</option>`)}
      </select></label>${without}</li>`;
    }
    if (name === 'drift') {
      const set = (event: Event) => this.#set(place, name, Number(typed(event)) || 0);
      return html`<li><label><code>drift</code>
        <input type="number" .value=${value} @change=${set} />
        <span class="soft">pages that NR_FREE_PAGES is too high</span></label>${without}</li>`;
    }
    const set = (event: Event) => this.#set(place, name, typed(event));
    return html`<li><label><code>${name}</code> returns
      <input .value=${value} spellcheck="false" autocomplete="off" @change=${set} /></label>${without}</li>`;
  }

  #ends() {
    return this.catalogue
      ? partsOf(this.catalogue, { head: '[[expect]]', path: ['never', 'end'] })
      : [];
  }

  #broken(place: Place, breaks: readonly string[], at: number, single: boolean): TemplateResult {
    const put = (names: readonly string[]): Value | null =>
      names.length > 1 ? names : (names[0] ?? null);
    const set = (event: Event) => this.#set(place, 'breaks', put(breaks.with(at, typed(event))));
    const left = breaks.filter((_, number) => number !== at);
    const all = this.catalogue?.properties ?? [];
    const known = all.some((it) => it.name === breaks[at]);
    return html`<li><label><code>breaks</code> <select @change=${set}>
        ${known ? nothing : html`<option selected>${breaks[at]}</option>`}
        ${all.map((it) => html`<option value=${it.name} ?selected=${it.name === breaks[at]}>${it.name}</option>`)}
      </select></label>
      <span class="soft">${all.find((it) => it.name === breaks[at])?.sentence}</span>
      ${this.#without(place, 'breaks', put(left), single)}</li>`;
  }

  /** What the pattern can say beside what it says. */
  #more({ parts, breaks }: ClaimOutline, place: Place): TemplateResult {
    const given = new Set(parts.map(([name]) => name));
    const names = this.outline ? resultNames(this.outline) : [];
    const free = this.catalogue?.properties.find((it) => !breaks.includes(it.name))?.name;
    const first: Record<string, Value> = { end: 'done', drift: 0 };
    const add = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      const { value: key } = select;
      select.value = '';
      if (key === 'breaks' && free) {
        this.#set(place, key, breaks.length > 0 ? [...breaks, free] : free);
      } else if (key !== '') this.#set(place, key, first[key] ?? '0');
    };
    const option = (key: string, words: string) =>
      given.has(key) ? nothing : html`<option value=${key}>${key}: ${words}</option>`;
    return html`<label>and <select @change=${add}>
      <option value="" selected>nothing more</option>
      ${free ? option('breaks', 'a property is broken') : nothing}
      ${option('end', 'how it ends')}
      ${option('drift', 'how far NR_FREE_PAGES is off')}
      ${names.map((name) => option(name, 'what it returned'))}
    </select></label>`;
  }
}

customElements.define('pagerace-compose-claims', PageraceComposeClaims);
