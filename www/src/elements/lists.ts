/** The free lists and the pcplists: every block as long as it has pages. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PcpView, StateView } from '../protocol';
import { vars } from '../vars';
import { cell } from './cell';

type Choose = (pfn: number) => void;

/** The letter of a page's pageblock. */
const letterOf = (state: StateView, pfn: number): string =>
  state.blocks.find((it) => pfn >= it.first && pfn < it.first + it.pages)?.letter ?? '';

interface Body {
  pfn: number;
  pages: number;
  /** Of the list. */
  letter: string;
  /** Whether the list is one that its pageblock's type does not belong on. */
  stray: (own: string) => boolean;
}

/** One block: its list's letter and colour, and a mark where its pageblock has another type. */
function body(state: StateView, it: Body, choose: Choose): TemplateResult {
  const { pfn, pages, letter } = it;
  const own = letterOf(state, pfn);
  const stray = it.stray(own);
  const range = pages === 1 ? `${pfn}` : `${pfn}–${pfn + pages - 1}`;
  const title = `${pages === 1 ? 'page' : 'pages'} ${range} on a list of type ${letter}${
    stray ? `, in a pageblock of type ${own}` : ''
  }`;
  return html`<button class="body mt${letter} ${stray ? 'stray' : ''}" title=${title} aria-label=${title}
    ${vars({ '--pages': pages })} @click=${() => choose(pfn)}>
    <b class="mt mt${letter}" aria-hidden="true">${letter}</b>${range}${
      stray ? html`<i aria-hidden="true">≠${own}</i>` : nothing
    }
  </button>`;
}

/** The buddy lists, the largest blocks first. */
export function freeLists(state: StateView, choose: Choose): TemplateResult {
  const orders = [...new Set(state.free_lists.map((list) => list.order))].sort((a, b) => b - a);
  const row = (order: number) => html`<tr>
    <th scope="row">order ${order}</th>
    <td class="bodies">${state.free_lists
      .filter((list) => list.order === order)
      .map(({ letter, heads }) => {
        const stray = (own: string) => own !== letter;
        return heads.map((pfn) => body(state, { pfn, pages: 1 << order, letter, stray }, choose));
      })}</td>
  </tr>`;
  return html`<table><tbody>${
    orders.length === 0 ? html`<tr><td class="soft">all empty</td></tr>` : orders.map(row)
  }</tbody></table>`;
}

/** CMA pages have no list of their own on a pcplist; those of an isolated block belong on none. */
const isIsolated = (own: string): boolean => own === 'I';

/** The pcplists of the CPUs, in a line each. */
export function pcplists(state: StateView, choose: Choose): TemplateResult {
  const word = ({ cpu }: PcpView, name: 'count' | 'high' | 'batch', value: number) =>
    cell(`CPU${cpu}`, `pcp->${name}`, value);
  const row = (pcp: PcpView) => html`<tr>
    <th scope="row"><span class="cpu cpu${pcp.cpu}">CPU${pcp.cpu}</span></th>
    <td class="bodies">${
      pcp.lists.length === 0
        ? html`<span class="soft">empty</span>`
        : pcp.lists.map(({ letter, pages }) =>
            pages.map((pfn) => body(state, { pfn, pages: 1, letter, stray: isIsolated }, choose)),
          )
    }</td>
    <td class="mono soft" title="pcp->count, pcp->high, pcp->batch">${
      pcp.high === 0
        ? html`high ${word(pcp, 'high', 0)}: flushed at once`
        : html`${word(pcp, 'count', pcp.count)} of ${word(pcp, 'high', pcp.high)}, by ${word(pcp, 'batch', pcp.batch)}`
    }</td>
  </tr>`;
  return html`<h3>pcplists</h3><table><tbody>${state.pcps.map(row)}</tbody></table>`;
}
