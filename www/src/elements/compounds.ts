/** Compound pages with their counts, as the kernel's functions tell them, and sections. */
import { html, nothing, type TemplateResult } from 'lit';
import type { CompoundView, SectionView } from '../protocol';
import { cell } from './cell';

type Choose = (pfn: number) => void;

const COLUMNS = ['_refcount', 'total_mapcount', 'page_mapcount', 'compound_mapcount', '_mapcount'];

/** A table of them; nothing on a machine without any. */
export function compounds(
  list: readonly CompoundView[],
  choose: Choose,
): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<div class="compounds" role="region" aria-label="Compound pages" tabindex="0">
    <table>
      <thead><tr>
        <th scope="col">compound page</th>
        ${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}
      </tr></thead>
      <tbody>${list.map((it) => row(it, choose))}</tbody>
    </table>
  </div>`;
}

/** What is left of each section; nothing where memory is there for good. */
export function sections(list: readonly SectionView[]): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<div class="compounds" role="region" aria-label="Sections" tabindex="0">
    <table>
      <thead><tr>
        <th scope="col">section</th>
        <th scope="col">online_section</th>
        <th scope="col">valid_section</th>
        <th scope="col">ms->usage</th>
        <th scope="col">struct pages</th>
      </tr></thead>
      <tbody>${list.map(
        ({ number, first, last, online, valid, usage, memmap, changed }) => html`<tr
          class=${changed ? 'changed' : ''}
        >
          <th scope="row">${number}: pages ${first} to ${last}</th>
          <td>${yesNo(number, 'SECTION_IS_ONLINE', online)}</td>
          <td>${yesNo(number, 'SECTION_HAS_MEM_MAP', valid)}</td>
          <td>${cell(`section ${number}`, 'ms->usage', isThere(usage), usage)}</td>
          <td>${isThere(memmap)}</td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

const yesNo = (number: number, field: string, it: boolean): TemplateResult =>
  cell(`section ${number}`, field, it ? 'yes' : html`<b>no</b>`, it ? 'yes' : 'no');

const isThere = (it: string): TemplateResult => (it === 'there' ? html`there` : html`<b>${it}</b>`);

function row(compound: CompoundView, choose: Choose): TemplateResult {
  const { head, last, life, unfinished, changed, double_map: twice } = compound;
  const pages = head === last ? `page ${head}` : `pages ${head} to ${last}`;
  return html`<tr class=${changed ? 'changed' : ''}>
    <th scope="row">
      <button class="plain" @click=${() => choose(head)}>${pages}</button>
      ${life > 1 ? html`<span class="soft">life ${life}</span>` : nothing}
      ${unfinished === null ? nothing : html`<b>${unfinished}</b>`}
    </th>
    <td class="mono"><b>${cell(`page ${head}`, '_refcount', compound.refcount)}</b></td>
    <td class="mono"><b>${compound.total_mapcount}</b></td>
    <td class="mono">${compound.page_mapcounts.join(' ')}</td>
    <td class="mono">${compound.entire_mapcount ?? html`<span class="bad">garbage</span>`}</td>
    <td class="mono">${compound.mapcounts.map((it, at) => cell(`page ${head + at}`, '_mapcount + 1', it))}${
      twice ? html` <span class="twice">PG_double_map: each −1</span>` : nothing
    }</td>
  </tr>`;
}
