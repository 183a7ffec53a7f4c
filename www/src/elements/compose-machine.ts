import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Edit, List } from '../compose/edits';
import type { Value } from '../compose/literal';
import {
  freeLetter,
  listOf,
  type Mapping,
  mappingOf,
  SETTINGS,
  type Setting,
  textOfMapping,
} from '../compose/machine';
import {
  areasOf,
  mappingName,
  type Outline,
  type ProcessOutline,
  pageblockPages,
} from '../compose/outline';
import { NAME, renameMapping, renameProcess } from '../compose/renaming';
import { icon } from '../icons';
import type { Catalogue } from '../protocol';
import { ui } from '../ui';
import { GAP, partsOf, type Said } from '../write/values';
import { typed, wish } from './compose-event';
import { composeStyles } from './compose-style';

const MACHINE = { table: 'machine' };
const BLOCKS: List = { ...MACHINE, key: 'blocks' };

/** Pageblocks, settings of the machine, and processes with their mappings. */
export class PageraceComposeMachine extends LitElement {
  static override properties = {
    outline: { attribute: false },
    catalogue: { attribute: false },
  };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;
  declare catalogue: Catalogue | null;

  constructor() {
    super();
    this.outline = null;
    this.catalogue = null;
  }

  override render(): TemplateResult | typeof nothing {
    const { outline } = this;
    if (!outline) return nothing;
    return html`${this.#processes(outline)}${this.#blocks(outline)}${this.#settings(outline)}`;
  }

  /** The fixed words of a key, as the engine reads them. */
  #words(head: string, key: string): readonly (readonly Said[])[] {
    return this.catalogue ? partsOf(this.catalogue, { head, path: [key] }) : [];
  }

  /** What the engine says of a key of the machine. */
  #help(key: string): string {
    const section = this.catalogue?.sections.find((it) => it.head === '[machine]');
    return section?.keys.find(([name]) => name === key)?.[1] ?? '';
  }

  #do(edit: Edit | readonly Edit[], said: string): void {
    wish(this, { edit, said });
  }

  #blocks(outline: Outline): TemplateResult {
    const { blocks } = outline;
    const pages = pageblockPages(outline);
    const add = () =>
      this.#do(
        { do: 'insert', list: BLOCKS, at: blocks.length, value: 'movable' },
        `Pageblock ${blocks.length} added.`,
      );
    const resize = (event: Event) =>
      this.#do(
        { do: 'set', in: MACHINE, key: 'pageblock_pages', value: Number(typed(event)) },
        `Pageblocks have ${typed(event)} pages.`,
      );
    return html`<section aria-labelledby="blocks">
      <h3 id="blocks">Pageblocks</h3>
      <p class="bar"><label>Pages of a pageblock
        <select @change=${resize}>
          ${Array.from({ length: 10 }, (_, order) => 1 << order).map(
            (it) => html`<option value=${it} ?selected=${it === pages}>${it}</option>`,
          )}
        </select></label></p>
      <ol class="tiles">${blocks.map((block, at) => this.#block(block, at, outline))}</ol>
      <p class="bar"><button @click=${add}>Add a pageblock</button></p>
    </section>`;
  }

  #block(block: string, at: number, outline: Outline): TemplateResult {
    const pages = pageblockPages(outline);
    const range = pages === 1 ? `page ${at}` : `pages ${at * pages}-${(at + 1) * pages - 1}`;
    const areas = areasOf(outline.blocks);
    const fresh = freeArea(areas);
    const [words = []] = this.#words('[machine]', 'blocks');
    const plain = words.map(([word]) => word).filter((word) => !GAP.test(word));
    const types = [...plain, ...areas.map((it) => `cma:${it}`), `cma:${fresh}`];
    const set = (event: Event) =>
      this.#do(
        { do: 'replace', list: BLOCKS, at, value: typed(event) },
        `Pageblock ${at} is ${typed(event)}.`,
      );
    const behind = at < outline.blocks.length - 1 ? ' The pages after it have new numbers.' : '';
    const remove = () =>
      this.#do({ do: 'remove', list: BLOCKS, at }, `Pageblock ${at} removed.${behind}`);
    return html`<li>
      <label><span class="soft">${range}</span>
        <select @change=${set}>
          ${types.includes(block) ? nothing : html`<option selected>${block}</option>`}
          ${types.map((it) => html`<option value=${it} ?selected=${it === block}>${it === `cma:${fresh}` ? `new CMA area ${fresh}` : it}</option>`)}
        </select></label>
      <button class="small" aria-label="Remove pageblock ${at}" title="Remove" @click=${remove}>${icon('close')}</button>
    </li>`;
  }

  #settings({ machine }: Outline): TemplateResult {
    const given = SETTINGS.filter((it) => machine.has(it.key));
    const others = SETTINGS.filter((it) => !machine.has(it.key));
    const add = (event: Event) => {
      const setting = others.find((it) => it.key === typed(event));
      if (setting) this.#set(setting, setting.first);
    };
    return html`<section aria-labelledby="settings">
      <h3 id="settings">Machine</h3>
      <ul class="rows">${given.map((it) => this.#setting(it, machine.get(it.key) ?? ''))}</ul>
      <p class="bar"><label>Add a setting
        <select .value=${''} @change=${add}>
          <option value="" selected>choose</option>
          ${others.map((it) => html`<option value=${it.key}>${it.key}: ${this.#help(it.key)}</option>`)}
        </select></label></p>
    </section>`;
  }

  #set({ key }: Setting, value: Value | null): void {
    const said = value === null ? `${key} is as usual.` : `${key} is set.`;
    this.#do({ do: 'set', in: MACHINE, key, value }, said);
  }

  #setting(setting: Setting, written: string): TemplateResult {
    const { key, kind } = setting;
    const change = (event: Event) => {
      const words = typed(event);
      if (kind === 'pages') return this.#set(setting, listOf(words));
      if (words !== '') this.#set(setting, Number(words));
    };
    const flip = (event: Event) =>
      this.#set(setting, (event.target as HTMLInputElement).checked ? true : null);
    const bare = written.replace(/^\[|\]$|"/g, '').trim();
    return html`<li>
      <label class="main"><code>${key}</code>
        ${
          kind === 'flag'
            ? html`<input type="checkbox" .checked=${written === 'true'} @change=${flip} />`
            : html`<input type=${kind === 'number' ? 'number' : 'text'} min="0" .value=${bare} @change=${change} />`
        }
        <span class="soft">${this.#help(key)}</span></label>
      <button class="small" aria-label="Remove ${key}" title="Remove" @click=${() => this.#set(setting, null)}>${icon('close')}</button>
    </li>`;
  }

  #processes({ processes }: Outline): TemplateResult {
    const name = freeLetter(
      processes.map((it) => it.name),
      'A',
    );
    const add = () =>
      this.#do(
        { do: 'add_table', name: 'process', values: { name, map: ['a = anon rw'] } },
        `Process ${name} added.`,
      );
    return html`<section aria-labelledby="processes">
      <h3 id="processes">Processes</h3>
      ${processes.map((it, at) => this.#process(it, at, name))}
      <p class="bar"><button @click=${add}>Add a process</button></p>
    </section>`;
  }

  #process({ name, childOf, map }: ProcessOutline, at: number, fresh: string): TemplateResult {
    const list: List = { table: 'process', at, key: 'map' };
    const remove = () =>
      this.#do({ do: 'remove_table', name: 'process', at }, `Process ${name} removed.`);
    const rename = (to: string) =>
      this.outline &&
      this.#do(
        renameProcess(this.outline, at, to, this.catalogue?.operations ?? []),
        `Process ${name} is ${to} now, wherever it is named.`,
      );
    const child = () =>
      this.#do(
        { do: 'add_table', name: 'process', values: { name: fresh, child_of: name } },
        `Process ${fresh} added, a child of ${name}.`,
      );
    const letter = freeLetter(map.map(mappingName), 'a');
    const more = () =>
      this.#do(
        { do: 'insert', list, at: map.length, value: `${letter} = anon rw` },
        `Mapping ${letter} of ${name} added.`,
      );
    return html`<div class="process" role="group" aria-label="Process ${name}">
      <p class="top">${this.#name(`Name of process ${name}`, name, rename)} ${childOf === null ? nothing : html`<span class="soft">child of ${childOf}: empty until fork(${name})</span>`}
        <button class="small" aria-label="Remove process ${name}" title="Remove" @click=${remove}>${icon('close')}</button></p>
      <ul class="rows">${map.map((text, number) => this.#mapping(text, list, number, name))}</ul>
      <p class="bar">
        ${childOf === null ? html`<button @click=${more}>Add a mapping<span class="hidden"> to ${name}</span></button>` : nothing}
        <button @click=${child}>Add a child<span class="hidden"> of ${name}</span></button></p>
    </div>`;
  }

  /** A name that can be changed; one that is none stays in the field, which says so. */
  #name(label: string, name: string, rename: (to: string) => void): TemplateResult {
    const change = (event: Event) => {
      const input = event.target as HTMLInputElement;
      if (input.value !== name && input.reportValidity()) rename(input.value);
    };
    return html`<label><span class="hidden">${label}</span>
      <input class="name" .value=${name} required pattern=${NAME} maxlength="32" spellcheck="false"
        autocomplete="off" autocapitalize="off" title="Letters, digits and _" @change=${change} /></label>`;
  }

  #mapping(text: string, list: List, at: number, process: string): TemplateResult {
    const mapping = mappingOf(text);
    const name = mappingName(text);
    const remove = () =>
      this.#do({ do: 'remove', list, at }, `Mapping ${name} of ${process} removed.`);
    const button = html`<button class="small" aria-label="Remove mapping ${name}" title="Remove" @click=${remove}>${icon('close')}</button>`;
    if (!mapping) return html`<li><code>${text}</code>${button}</li>`;
    const change = (part: Partial<Mapping>) => {
      const value = textOfMapping({ ...mapping, ...part });
      this.#do({ do: 'replace', list, at, value }, `${process}: ${value}.`);
    };
    const rename = (to: string) =>
      this.outline &&
      this.#do(
        renameMapping(this.outline, list.at ?? 0, at, to, this.catalogue?.operations ?? []),
        `Mapping ${name} of ${process} is ${to} now, wherever it is named.`,
      );
    const [forms = [], plain = [], advice = []] = this.#words('[[process]]', 'map');
    const whats = forms.map(([word]) => word);
    const rights = ['', ...advice.map(([word]) => ` ${word}`)].flatMap((more) =>
      plain.map(([word]) => word + more),
    );
    const said = (list: readonly Said[], words: string) =>
      list.find(([word]) => word === words)?.[1];
    const numbered = mapping.what.includes('N');
    return html`<li>
      ${this.#name(`Name of mapping ${name} of ${process}`, name, rename)}
      <label><span class="hidden">What ${name} is</span>
        <select @change=${(event: Event) => change({ what: typed(event) })}>
          ${known(whats, mapping.what).map((it) => html`<option value=${it} ?selected=${it === mapping.what}>${it}</option>`)}
        </select></label>
      ${
        numbered
          ? html`<label><span class="hidden">Page of ${name}</span>
              <input type="number" min="0" .value=${String(mapping.page ?? 0)} @change=${(event: Event) => change({ page: Number(typed(event)) })} /></label>`
          : nothing
      }
      <label><span class="hidden">Rights of ${name}</span>
        <select @change=${(event: Event) => change({ right: typed(event) })}>
          ${known(rights, mapping.right).map((it) => html`<option value=${it} ?selected=${it === mapping.right}>${it}</option>`)}
        </select></label>
      ${button}
      <span class="soft full">${said(forms, mapping.what)} ${said(plain, mapping.right)}</span>
    </li>`;
  }
}

/** The words, and what the text has if it is none of them. */
const known = (words: readonly string[], own: string): readonly string[] =>
  words.includes(own) ? words : [own, ...words];

/** A name for one more CMA area. */
function freeArea(areas: readonly string[]): string {
  for (let number = 0; ; number++) {
    if (!areas.includes(`area${number}`)) return `area${number}`;
  }
}

customElements.define('pagerace-compose-machine', PageraceComposeMachine);
