/** Page tables, pins and swap slots, as rows of tables. */
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../icons';
import type { LockView, MappingView, PinView, ProcessView, SwapSlotView } from '../protocol';
import { asSentence, count } from '../wording';
import { cell } from './cell';

type Choose = (pfn: number) => void;

/** What a flag of an entry means to somebody who does not know the kernel's word. */
const FLAGS: Readonly<Record<string, string>> = {
  rw: 'pte_write: stores need no fault',
  ro: 'write-protected: a store faults',
  dirty: 'pte_dirty: the hardware has stored through it',
  'uffd-wp': 'pte_uffd_wp: a store is for userfaultfd to resolve',
  protnone: 'pte_protnone, a NUMA hint: any access faults; rw or ro comes back then',
  exclusive: 'pte_swp_exclusive: the page was this process’s alone',
  readable: 'becomes read-only when migration ends',
  'readable exclusive': 'becomes read-only and exclusive when migration ends',
  writable: 'becomes writable when migration ends',
};

const link = (pfn: number | null, choose: Choose): TemplateResult | typeof nothing =>
  pfn === null
    ? nothing
    : html`<button class="plain page" @click=${() => choose(pfn)}>page ${pfn}</button>`;

function mappingRow(process: string, mapping: MappingView, choose: Choose): TemplateResult {
  const { name, pte, pfn, instead, flags, area, translations, changed } = mapping;
  const field = `pte of ${name}`;
  const chips = flags.map(
    (flag) => html`<span class="chip mono" title=${FLAGS[flag] ?? nothing}>${flag}</span> `,
  );
  return html`<tr class=${changed ? 'changed' : ''}>
    <th scope="row" class="mono">${name}</th>
    <td>
      <div class="entry">
        ${instead === null ? nothing : cell(process, field, html`<span class="mono">${instead}</span>`, pte)}
        ${link(pfn, choose)}
        ${instead === null ? cell(process, field, chips, pte) : chips}
        <span class="area">${cell(process, `vm_flags of ${name}`, area ?? 'no area')}</span>
        ${changed ? html`<span class="hidden">changed by this step</span>` : nothing}
      </div>
      ${translations.map(
        ({ cpu, pte, stale }) => html`<p class="kept">
          <span class="cpu cpu${cpu}">CPU${cpu}</span> keeps ${cell(`CPU${cpu}`, `translation of ${name}`, pte)}
          ${stale ? html`<span class="bad">${icon('broken')} stale</span>` : nothing}
        </p>`,
      )}
    </td>
  </tr>`;
}

/** A process: its page table, and what is known of its address space. */
export function processTemplate(process: ProcessView, choose: Choose): TemplateResult {
  const { name, pmd, mappings, has_pinned, write_protect_seq: seq, mmap_lock } = process;
  const subject = `process ${name}`;
  return html`<div>
    <h3>Process ${name}</h3>
    ${pmd === null ? nothing : html`<p class="pmd"><code>pmd</code> ${cell(subject, 'pmd', pmd)}</p>`}
    <table class=${pmd === null || pmd === 'page table' ? '' : 'by-pmd'}><tbody>${mappings.map((it) => mappingRow(subject, it, choose))}</tbody></table>
    <ul class="mm">
      <li><code>MMF_HAS_PINNED</code> ${cell(subject, 'MMF_HAS_PINNED', has_pinned ? 'set' : 'not set')}</li>
      <li><code>write_protect_seq</code> ${cell(subject, 'write_protect_seq', seq)}${
        seq % 2 === 1 ? html`, <b>odd: a fork is write-protecting</b>` : nothing
      }</li>
      <li><code>mmap_lock</code> ${mmap_lock ? lockState(mmap_lock) : cell(subject, 'mmap_lock', 'free')}</li>
    </ul>
  </div>`;
}

const cpus = (list: readonly number[]): TemplateResult[] =>
  list.map((cpu) => html`<span class="cpu cpu${cpu}">CPU${cpu}</span> `);

/** Who holds a lock, and who waits for it. */
export const lockState = ({
  subject,
  field,
  holders,
  waiters,
  shared,
}: LockView): TemplateResult => {
  const how = holders.length === 0 ? 'free' : shared ? 'read by' : 'held by';
  const said = [how, ...holders.map((cpu) => `CPU${cpu}`)].join(' ');
  return html`${cell(subject, field, html`${how} ${cpus(holders)}`, said)}${waiters.length > 0 ? html` <b>waiting:</b> ${cpus(waiters)}` : nothing}`;
};

/** A handle: what it holds, how it was taken, and whether the page table says otherwise. */
export function pinRow(pin: PinView, choose: Choose): TemplateResult {
  const { name, kind, pfn, flags, longterm, taken_through, apart } = pin;
  const lost = kind === 'pin';
  return html`<tr class="pin">
    <th scope="row" class="mono">${name}</th>
    <td>${
      pfn === null
        ? html`${cell(`pin ${name}`, 'page', 'holds nothing')}`
        : html`<div class="entry">
            ${cell(`pin ${name}`, 'page', `${kind} of`, `${kind} of page ${pfn}`)} ${link(pfn, choose)}
            ${taken_through === null ? nothing : html`<span>through <code>${taken_through}</code></span>`}
            ${longterm ? html`<span class="chip">long-term</span>` : nothing}
          </div>
          <p class="flags">${cell(`pin ${name}`, 'flags', flags)}</p>
          ${
            apart === null
              ? nothing
              : html`<p class="apart ${lost ? 'bad' : 'soft'}">${lost ? icon('broken') : nothing} ${asSentence(apart)}</p>`
          }`
    }</td>
  </tr>`;
}

/** A slot: who names it, its page in the swap cache, and what was written out. */
export function slotRow(slot: SwapSlotView, withWords: boolean, choose: Choose): TemplateResult {
  const { number, count: entries, page, words, settled, changed } = slot;
  const state = settled ? 'settled' : 'not settled yet';
  return html`<tr class=${changed ? 'changed' : ''}>
    <th scope="row" class="mono">${number}</th>
    <td><code>swap_map</code> ${cell(`swap slot ${number}`, 'swap_map', entries)}<span class="soft">: ${count(entries, 'entry', 'entries')}</span></td>
    <td>${page === null ? html`${cell(`swap slot ${number}`, 'swap cache', 'not in the swap cache')}` : html`${cell(`swap slot ${number}`, 'swap cache', 'swap cache:', `page ${page}`)} ${link(page, choose)}`}</td>
    ${withWords ? html`<td>holds <span class="mono">${words.join(' ')}</span> <span class="soft">${state}</span></td>` : nothing}
  </tr>`;
}
