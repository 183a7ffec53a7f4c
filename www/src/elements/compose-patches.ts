import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { Edit } from '../compose/edits';
import type { Outline, PatchOutline } from '../compose/outline';
import { icon } from '../icons';
import { ui } from '../ui';
import { count } from '../wording';
import { wish } from './compose-event';
import { composeStyles } from './compose-style';

const KERNEL = { table: 'kernel' };

/** The patches of a scenario: which one the kernel has. Their lines are changed on the bench. */
export class PageraceComposePatches extends LitElement {
  static override properties = { outline: { attribute: false } };
  static override styles = [ui, composeStyles];

  declare outline: Outline | null;

  constructor() {
    super();
    this.outline = null;
  }

  override render(): TemplateResult | typeof nothing {
    const { outline } = this;
    if (!outline) return nothing;
    const names = [...new Set(outline.patches.map((it) => it.name))];
    return html`<section aria-labelledby="patches">
      <h3 id="patches">Patches</h3>
      ${names.length > 0 || outline.patch !== null ? this.#applied(outline, names) : nothing}
      <ul class="rows">${outline.patches.map((it, at) => this.#patch(outline, it, at))}</ul>
      <p class="bar"><button @click=${() => this.#bench(null)}>
        ${names.length > 0 ? 'Open the patch bench' : 'Make a patch on the bench'}</button></p>
    </section>`;
  }

  #applied({ patch }: Outline, names: readonly string[]): TemplateResult {
    const set = (event: Event) => this.#apply((event.target as HTMLSelectElement).value || null);
    return html`<p class="bar"><label>The kernel has <select @change=${set}>
      <option value="" ?selected=${patch === null}>no patch</option>
      ${patch === null || names.includes(patch) ? nothing : html`<option selected>${patch}</option>`}
      ${names.map((it) => html`<option value=${it} ?selected=${it === patch}>${it}</option>`)}
    </select></label></p>`;
  }

  #apply(name: string | null): void {
    const said = name === null ? 'The kernel has no patch.' : `The kernel has the patch ${name}.`;
    wish(this, { edit: { do: 'set', in: KERNEL, key: 'patch', value: name }, said });
  }

  #patch(outline: Outline, patch: PatchOutline, at: number): TemplateResult {
    const { name, about, function: function_, edits } = patch;
    const remove = () => {
      const edit: Edit[] = [{ do: 'remove_table', name: 'patch', at }];
      const last = outline.patches.every((it, other) => other === at || it.name !== name);
      if (last && outline.patch === name)
        edit.push({ do: 'set', in: KERNEL, key: 'patch', value: null });
      wish(this, { edit, said: `The patch ${name} of ${function_} is removed.` });
    };
    return html`<li>
      <span class="main"><b>${name}</b>: ${count(edits, 'edit')} of <code>${function_}</code>
        <span class="soft">${about}</span></span>
      <button @click=${() => this.#bench(patch)}>Change<span class="hidden"> ${name} of ${function_}</span> on the bench</button>
      <button class="small" aria-label="Remove ${name} of ${function_}" title="Remove" @click=${remove}>${icon('close')}</button>
    </li>`;
  }

  /** The bench shows the lines of the patch that the kernel has. */
  #bench(patch: PatchOutline | null): void {
    if (patch && patch.name !== this.outline?.patch) this.#apply(patch.name);
    request(this, { type: 'bench', function: patch?.function ?? null });
  }
}

customElements.define('pagerace-compose-patches', PageraceComposePatches);
