import { html, LitElement, nothing, type TemplateResult } from 'lit';
import {
  type Call,
  callOf,
  found,
  lacking,
  namesFor,
  processOf,
  startOf,
  textOfCall,
} from '../compose/call';
import type { Edit } from '../compose/edits';
import type { Outline } from '../compose/outline';
import { callsAt, listOf, nameOf, ownerOf, type Spot, wheres } from '../compose/spots';
import { icon } from '../icons';
import type { OperationHelp, ParamHelp } from '../protocol';
import { ui } from '../ui';
import { typed, wish } from './compose-event';
import { composeStyles } from './compose-style';
import { inline } from './inline';

/** The palette of operations, and the form of the one that was chosen. */
export class PageraceCall extends LitElement {
  static override properties = {
    outline: { attribute: false },
    operations: { attribute: false },
    lacking: { attribute: false },
    search: { state: true },
    active: { state: true },
    call: { state: true },
    spot: { state: true },
  };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;
  declare operations: readonly OperationHelp[];
  /** The preset that may lack operations; none where its toggles are changed. */
  declare lacking: string | null;
  declare private search: string;
  /** Which of the operations found the arrows are at. */
  declare private active: number;
  /** The call as the form has it; none while the palette is open. */
  declare private call: Call | null;
  /** Where it will stand. */
  declare private spot: Spot;
  /** Where the call stands that is changed; none for a new one. */
  #old: Spot | null = null;

  constructor() {
    super();
    this.outline = null;
    this.operations = [];
    this.lacking = null;
    this.search = '';
    this.active = 0;
    this.call = null;
    this.spot = { cpu: 0, list: 'run', at: 0 };
  }

  /** Opens the form of a call, or the palette for a new one. */
  open({ text, ...spot }: Spot & { text: string | null }): void {
    this.call = text === null ? null : callOf(text);
    this.#old = text === null ? null : spot;
    [this.spot, this.search, this.active] = [spot, '', 0];
    void this.#show();
  }

  async #show(): Promise<void> {
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('dialog');
    if (!dialog?.open) dialog?.showModal();
    const first = this.call ? 'form :is(input, select)' : '.search';
    this.renderRoot.querySelector<HTMLElement>(first)?.focus();
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close();
  }

  override render(): TemplateResult {
    const title = this.#old ? 'Change a call' : 'Add an operation';
    return html`<dialog aria-labelledby="title" @keydown=${(event: Event) => event.stopPropagation()} @click=${(event: Event) => event.target === event.currentTarget && this.#close()}>
      <div class="inside">
        <p class="top"><b id="title">${title}</b> <span class="soft">${nameOf(this.spot)}</span>
          <button class="small" aria-label="Close" @click=${() => this.#close()}>${icon('close')}</button></p>
        ${this.call ? this.#form(this.call) : this.#palette()}
      </div>
    </dialog>`;
  }

  #hits(): OperationHelp[] {
    return found(this.operations, this.search);
  }

  #palette(): TemplateResult {
    const hits = this.#hits();
    const type = (event: Event) => {
      [this.search, this.active] = [typed(event), 0];
    };
    const groups = [...new Set(hits.map((it) => it.group))];
    const shown = groups.flatMap((group) => hits.filter((it) => it.group === group));
    const at = Math.min(this.active, shown.length - 1);
    return html`<input class="search" type="search" role="combobox" aria-expanded="true" aria-controls="found"
        aria-label="Search operations" placeholder="Search operations" autocomplete="off" spellcheck="false"
        aria-activedescendant=${shown[at] ? `op-${shown[at].name}` : nothing}
        .value=${this.search} @input=${type} @keydown=${(event: KeyboardEvent) => this.#arrows(event, shown)} />
      <p class="hidden" role="status">${hits.length} operations</p>
      <div id="found" class="found" role="listbox" aria-label="Operations">
        ${groups.map(
          (group) => html`<div role="group" aria-label=${group}>
            <p class="soft group" aria-hidden="true">${group}</p>
            ${shown.filter((it) => it.group === group).map((it) => this.#option(it, it === shown[at]))}
          </div>`,
        )}
        ${hits.length === 0 ? html`<p class="soft">No operation has these words.</p>` : nothing}
      </div>`;
  }

  #why(help: OperationHelp): string | null {
    const huge = this.outline?.machine.has('hpage_pages') ?? false;
    return this.lacking === null ? null : lacking(help, this.lacking, huge);
  }

  #option(help: OperationHelp, active: boolean): TemplateResult {
    const why = this.#why(help);
    return html`<div id="op-${help.name}" class="option ${active ? 'active' : ''}" role="option"
      aria-selected=${active} aria-disabled=${why !== null} @click=${() => this.#choose(help)}>
      <code>${help.signature}</code>
      <span class="soft">${inline(help.help)}</span>
      ${why === null ? nothing : html`<span class="lacks">Not in ${this.lacking}: ${why}.</span>`}
    </div>`;
  }

  #arrows(event: KeyboardEvent, shown: readonly OperationHelp[]): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.active = (this.active + step + shown.length) % Math.max(shown.length, 1);
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector('.option.active')?.scrollIntoView({ block: 'nearest' }),
      );
    }
    const help = shown[Math.min(this.active, shown.length - 1)];
    if (event.key === 'Enter' && help) {
      event.preventDefault();
      this.#choose(help);
    }
  }

  #choose(help: OperationHelp): void {
    if (!this.outline || this.#why(help) !== null) return;
    this.call = startOf(help, this.outline, this.spot, this.operations);
    void this.#show();
  }

  #form(call: Call): TemplateResult {
    const help = this.operations.find((it) => it.name === call.name);
    const other = () => {
      this.call = null;
      void this.#show();
    };
    return html`<form method="dialog" @submit=${this.#submit} @keydown=${this.#enter}>
      <p><code>${help?.signature ?? call.name}</code> <button type="button" class="plain" @click=${other}>another operation</button></p>
      <p class="soft">${inline(help?.help ?? '')} Returns ${inline(help?.returns ?? 'something')}.</p>
      ${help ? this.#fields(help, call) : nothing}
      <label class="field"><span>Place</span>${this.#places(help)}</label>
      <div class="foot">
        <p class="preview"><span class="soft">Preview</span> <output><code>${textOfCall(call)}</code></output></p>
        <p class="bar">
          <button class="primary">${this.#old ? 'Change' : 'Add'}</button>
          <button type="button" @click=${() => this.#close()}>Cancel</button>
        </p>
      </div>
    </form>`;
  }

  #change(part: Partial<Call>): void {
    if (this.call) this.call = { ...this.call, ...part };
  }

  #fields(help: OperationHelp, call: Call): TemplateResult {
    const named = help.makes_pin || help.returns !== 'nothing';
    return html`
      ${this.#needed(help)}
      ${help.params.map((param, at) => this.#field(param, at, call))}
      ${
        named
          ? html`<label class="field"><span>Result</span>
              <input .value=${call.result} pattern="[A-Za-z_][A-Za-z0-9_]*" maxlength="32" ?required=${help.makes_pin}
                placeholder=${help.makes_pin ? 'p' : 'no name'} @input=${(event: Event) => this.#change({ result: typed(event) })} />
              <span class="soft">${help.makes_pin ? 'the name that others use to drop the pin' : 'a name for claims; may be left out'}</span></label>`
          : nothing
      }
      ${
        help.can_retry
          ? html`<label class="check"><input type="checkbox" .checked=${call.retry}
              @change=${(event: Event) => this.#change({ retry: (event.target as HTMLInputElement).checked })} />
              <span><code>retry</code> <span class="soft">the caller calls again until it succeeds</span></span></label>`
          : nothing
      }`;
  }

  /** A lane without a process gets one with a call that needs it. */
  #gets({ needs_process }: OperationHelp): string | undefined {
    const { outline } = this;
    if (!outline || !needs_process || ownerOf(outline, this.spot)) return undefined;
    return processOf(outline, this.spot);
  }

  #needed(help: OperationHelp): TemplateResult | typeof nothing {
    const { outline, spot } = this;
    if (!help.needs_process || !outline || ownerOf(outline, spot)) return nothing;
    const gets = this.#gets(help);
    return gets === undefined
      ? html`<p class="lacks">It needs a process: add one first.</p>`
      : html`<p class="soft">It needs a process: ${spot.list === 'before' ? 'the call' : nameOf(spot)} gets ${gets}.</p>`;
  }

  #field(param: ParamHelp, at: number, call: Call): TemplateResult {
    const value = call.args[at] ?? '';
    const set = (word: string) => {
      const args = [...call.args];
      while (args.length < at) args.push('');
      args[at] = word;
      this.#change({ args });
    };
    if (param.kind === 'gup_flags' || param.kind === 'gfp') return this.#flags(param, value, set);
    const hint = html`<span class="soft">${param.help}</span>`;
    const label = html`<span><code>${param.name}</code></span>`;
    const names = this.outline ? namesFor(param, this.outline, this.spot, this.operations) : null;
    if (param.kind === 'page') {
      return html`<label class="field">${label}<input .value=${value} required list="pages" autocomplete="off"
        @input=${(event: Event) => set(typed(event).trim())} />
        <datalist id="pages">${names?.map((it) => html`<option value=${it}></option>`)}</datalist>${hint}</label>`;
    }
    const words = names ?? param.words.map(([word]) => word);
    if (names === null && words.length === 0) {
      return html`<label class="field">${label}<input type="number" min="0" required .value=${value}
        @input=${(event: Event) => set(typed(event))} />${hint}</label>`;
    }
    const known = value === '' || words.includes(value);
    return html`<label class="field">${label}<select ?required=${!param.optional} @change=${(event: Event) => set(typed(event))}>
        ${param.optional || words.length === 0 ? html`<option value="" ?selected=${value === ''}>${param.optional ? 'left out' : 'there is none'}</option>` : nothing}
        ${known ? nothing : html`<option value=${value} selected>${value}</option>`}
        ${words.map((it) => html`<option value=${it} ?selected=${it === value}>${it}</option>`)}
      </select>${hint}</label>`;
  }

  /** Words that are joined by `|`. */
  #flags(param: ParamHelp, value: string, set: (word: string) => void): TemplateResult {
    const given = value.split('|').map((it) => it.trim());
    const flip = (word: string, on: boolean) => {
      const all = param.words.map(([it]) => it);
      const words = all.filter((it) => (it === word ? on : given.includes(it)));
      set(words.join(' | ') || '0');
    };
    return html`<fieldset class="field"><legend><code>${param.name}</code></legend>
      ${param.words.map(
        ([
          word,
          sentence,
        ]) => html`<label class="check"><input type="checkbox" .checked=${given.includes(word)}
          @change=${(event: Event) => flip(word, (event.target as HTMLInputElement).checked)} /><code>${word}</code>
          <span class="soft">${sentence}</span></label>`,
      )}
    </fieldset>`;
  }

  #places(help: OperationHelp | undefined): TemplateResult {
    const choose = (event: Event) => {
      const [cpu, list, at] = typed(event).split(' ');
      this.spot = { cpu: Number(cpu), list: list as Spot['list'], at: Number(at) };
    };
    const { spot, outline } = this;
    if (!outline) return html``;
    const open = wheres(outline).filter(({ list }) => list !== 'interrupt' || help?.in_interrupt);
    return html`<select @change=${choose}>${open.map((where) => {
      const { cpu, list } = where;
      const handler = list === 'interrupt' ? ' interrupt' : '';
      const calls = this.#others(callsAt(outline, where) ?? [], cpu, list);
      return html`<optgroup label="${nameOf(where)}${handler && ', interrupt handler'}">
        ${[...calls, null].map((text, at) => {
          const chosen = spot.cpu === cpu && spot.list === list && spot.at === at;
          const place = text === null ? 'at the end' : `before ${text}`;
          return html`<option value="${cpu} ${list} ${at}" ?selected=${chosen}>${nameOf(where)}${handler}: ${place}</option>`;
        })}
      </optgroup>`;
    })}</select>`;
  }

  /** The calls of a list without the one that is changed. */
  #others(calls: readonly string[], cpu: number, list: Spot['list']): string[] {
    const old = this.#old;
    return calls.filter((_, at) => !(old?.cpu === cpu && old.list === list && old.at === at));
  }

  /** Enter is done with the form in every field, lists included. */
  #enter(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLSelectElement)) return;
    event.preventDefault();
    event.target.form?.requestSubmit();
  }

  #submit(event: Event): void {
    event.preventDefault();
    const { call, spot } = this;
    if (!call) return;
    const value = textOfCall(call);
    this.#close();
    const old = this.#old;
    const said = `${value}: ${nameOf(spot)}, place ${spot.at + 1}.`;
    const edit: Edit[] = old
      ? [{ do: 'replace', list: listOf(old), at: old.at, value }]
      : [{ do: 'insert', list: listOf(spot), at: spot.at, value }];
    if (old && (old.cpu !== spot.cpu || old.list !== spot.list || old.at !== spot.at)) {
      const [list, to] = [listOf(old), listOf(spot)];
      edit.push({ do: 'move', list, at: old.at, to, place: spot.at });
    }
    const help = this.operations.find((it) => it.name === call.name);
    const process = help && this.#gets(help);
    if (process !== undefined) {
      const { table } = listOf(spot);
      edit.push({ do: 'set', in: { table, at: spot.cpu }, key: 'process', value: process });
    }
    wish(this, { edit, said, focus: spot });
  }
}

customElements.define('pagerace-call', PageraceCall);
