import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Value } from '../compose/literal';
import { listOf } from '../compose/machine';
import { type CpuOutline, mappingNames, type Outline, unusedPage } from '../compose/outline';
import { icon } from '../icons';
import { ui } from '../ui';
import { wish } from './compose-event';
import { composeStyles } from './compose-style';

/** What a CPU starts with: pages on its pcplist, translations. */
export class PageraceComposeCpu extends LitElement {
  static override properties = { outline: { attribute: false }, cpu: { attribute: false } };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;
  declare cpu: number;

  constructor() {
    super();
    this.outline = null;
    this.cpu = 0;
  }

  override render(): TemplateResult | typeof nothing {
    const lane = this.outline?.cpus[this.cpu];
    if (!this.outline || !lane) return nothing;
    const names = mappingNames(this.outline, lane.process);
    const rows = [
      lane.pcp.length > 0 ? this.#pcp(lane) : nothing,
      lane.tlb.length > 0 ? this.#tlb(lane, names) : nothing,
    ];
    return html`<ul class="rows">${rows}</ul>${this.#more(this.outline, lane, names)}`;
  }

  #set(key: 'pcp' | 'tlb', value: Value | null): void {
    const place = { table: 'cpu', at: this.cpu };
    const said =
      value === null ? `CPU${this.cpu} has no ${key}.` : `${key} of CPU${this.cpu} is set.`;
    wish(this, { edit: { do: 'set', in: place, key, value }, said });
  }

  #more(outline: Outline, { pcp, tlb }: CpuOutline, names: readonly string[]) {
    const [first] = names;
    if (pcp.length > 0 && (tlb.length > 0 || !first)) return nothing;
    const add = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      if (select.value === 'pcp') this.#set('pcp', [unusedPage(outline)]);
      if (select.value === 'tlb' && first) this.#set('tlb', [first]);
      select.value = '';
    };
    return html`<p class="bar"><label>Starts with<span class="hidden"> on CPU${this.cpu}</span>
      <select @change=${add}>
        <option value="" selected>nothing more</option>
        ${pcp.length > 0 ? nothing : html`<option value="pcp">pcp: pages on its pcplist</option>`}
        ${tlb.length > 0 || !first ? nothing : html`<option value="tlb">tlb: what it has translated</option>`}
      </select></label></p>`;
  }

  #pcp({ pcp }: CpuOutline): TemplateResult {
    const change = (event: Event) => {
      const pages = listOf((event.target as HTMLInputElement).value);
      this.#set('pcp', pages.length > 0 ? pages : null);
    };
    return html`<li><label class="main"><code>pcp</code>
        <input .value=${pcp.join(', ').replaceAll('"', '')} inputmode="numeric" @change=${change} />
        <span class="soft">pages on its pcplist</span></label>
      ${this.#remove('pcp')}</li>`;
  }

  #tlb({ tlb }: CpuOutline, names: readonly string[]): TemplateResult {
    const flip = (name: string, on: boolean) => {
      const all = [...new Set([...names, ...tlb])].filter((it) =>
        it === name ? on : tlb.includes(it),
      );
      this.#set('tlb', all.length > 0 ? all : null);
    };
    return html`<li><span class="choices main" role="group" aria-label="What CPU${this.cpu} has translated"><code>tlb</code>
      ${[...new Set([...names, ...tlb])].map(
        (name) => html`<label><input type="checkbox" .checked=${tlb.includes(name)}
          @change=${(event: Event) => flip(name, (event.target as HTMLInputElement).checked)} /><code>${name}</code></label>`,
      )}
      <span class="soft">what its CPU has translated</span></span>
      ${this.#remove('tlb')}</li>`;
  }

  #remove(key: 'pcp' | 'tlb'): TemplateResult {
    return html`<button class="small" aria-label="Remove ${key} of CPU${this.cpu}" title="Remove"
      @click=${() => this.#set(key, null)}>${icon('close')}</button>`;
  }
}

customElements.define('pagerace-compose-cpu', PageraceComposeCpu);
