/** Where lanes meet: lines between the rows of the lanes, and the same in words. */
import { css, html, nothing, type ReactiveController, render, svg, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { PageraceLanes } from '../elements/lanes';
import { whenLaidOut } from '../measure';
import type { ConflictView } from '../protocol';

const style = css`
  .meeting-lines {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
    pointer-events: none;
    z-index: 1;
  }
  .meeting-lines path {
    fill: none;
    stroke: var(--ink);
    stroke-width: 1.5;
  }
  .meeting-lines .outdates,
  .meeting-lines .overwrites {
    stroke-dasharray: 5 3;
  }
  .meeting-lines .locks {
    stroke: var(--soft);
    stroke-dasharray: 1 4;
    stroke-linecap: round;
  }
  .meeting-lines circle {
    fill: var(--raised);
    stroke: var(--ink);
    stroke-width: 1.5;
  }
  [data-meets] > button {
    outline: 1.5px solid var(--soft);
    outline-offset: -2px;
  }
  .below {
    position: sticky;
    bottom: 0;
    left: 0;
    z-index: 3;
  }
  .meetings {
    max-height: 104px;
    padding: 3px 10px;
    overflow-y: auto;
    background: var(--sunken);
    border-top: 1px solid var(--strong-line);
    font-size: var(--small);
  }
  .meetings ul {
    list-style: none;
    padding: 0;
  }
  .meetings li {
    display: flex;
    align-items: baseline;
    gap: 8px;
  }
  .meetings button {
    flex: none;
    min-height: 24px;
  }
  .moves {
    float: right;
    display: flex;
    align-items: baseline;
    gap: 4px 6px;
  }
  @media (pointer: coarse), (max-width: 700px) {
    .meetings button {
      min-height: 44px;
    }
  }
  /* It speaks of one step, and on paper there is no pointing. */
  @media print {
    .below,
    .meeting-lines {
      display: none;
    }
  }
`;

/** Draws the meetings of the step that is pointed at, has the focus, or stands at the cursor. */
export class Meetings implements ReactiveController {
  #conflicts: readonly ConflictView[] = [];
  #pointed: number | null = null;
  #lines: HTMLElement | null = null;
  #words: HTMLElement | null = null;
  /** The rows that meet. */
  #marked: readonly Element[] = [];
  readonly #lanes: PageraceLanes;

  constructor(lanes: PageraceLanes) {
    this.#lanes = lanes;
    const root = lanes.renderRoot as ShadowRoot;
    if (style.styleSheet) root.adoptedStyleSheets.push(style.styleSheet);
    const point = (event: Event) => {
      const step = (event.target as Element).closest?.('[data-step]');
      this.#point(step ? Number(step.getAttribute('data-step')) : null);
    };
    root.addEventListener('pointerover', point);
    root.addEventListener('focusin', point);
    lanes.addEventListener('pointerleave', () => this.#point(null));
    new ResizeObserver(() => this.hostUpdated()).observe(lanes);
    lanes.addController(this);
  }

  /** The meetings of another trace. */
  show(conflicts: readonly ConflictView[]): void {
    this.#conflicts = conflicts;
    this.#pointed = null;
    this.hostUpdated();
  }

  #point(step: number | null): void {
    if (step === this.#pointed) return;
    this.#pointed = step;
    this.hostUpdated();
  }

  hostUpdated(): void {
    const { renderRoot: root, state } = this.#lanes;
    const canvas = root.querySelector('.canvas');
    const box = root.querySelector('.scroll');
    if (!canvas || !box || !state) return;
    const at = this.#pointed ?? state.cursor;
    const own = this.#conflicts.filter((it) => it.earlier === at || it.later === at);
    const rows = new Map<number, Element | null>();
    for (const step of own.flatMap((it) => [it.earlier, it.later])) rows.set(step, this.#row(step));
    for (const row of this.#marked) row.removeAttribute('data-meets');
    this.#marked = [...rows.values()].filter((row) => row !== null);
    for (const row of this.#marked) row.toggleAttribute('data-meets', true);
    this.#words ??= this.#below(box);
    render(this.#said(own, at), this.#words);
    this.#lines ??= canvas.appendChild(document.createElement('div'));
    const lines = this.#lines;
    whenLaidOut(this, () => drawn(own, rows, canvas, lines));
  }

  #below(box: Element): HTMLElement {
    const words = document.createElement('div');
    words.className = 'below';
    // What it now lies over comes into sight again.
    this.#lanes.requestUpdate('state');
    return box.appendChild(words);
  }

  #row(step: number): Element | null {
    const root = this.#lanes.renderRoot;
    const holds = (row: Element) =>
      Number(row.getAttribute('data-first')) <= step &&
      step <= Number(row.getAttribute('data-step'));
    const folded = () => [...root.querySelectorAll('[data-first]')].find(holds) ?? null;
    return root.querySelector(`[data-step="${step}"]`) ?? folded();
  }

  #said(own: readonly ConflictView[], at: number): TemplateResult {
    const move = (by: number) => request(this.#lanes, { type: 'move', by, step: at });
    const meets = own.map((it) => {
      const back = it.later === at;
      const other = back ? it.earlier : it.later;
      return html`<li><button class="plain" @click=${() => request(this.#lanes, { type: 'seek', cursor: other })}>step ${other}</button>
        <span>${back ? it.back : it.ahead}</span></li>`;
    });
    return html`<div class="meetings" role="region" tabindex="0" aria-label="Where step ${at} meets other CPUs">
      ${
        at === 0
          ? nothing
          : html`<span class="moves" role="group" aria-label="Move step ${at}">
              <span aria-hidden="true">move</span>
              <button @click=${() => move(-1)} title="Put step ${at} one place earlier (Alt ←)">earlier</button>
              <button @click=${() => move(1)} title="Put step ${at} one place later (Alt →)">later</button>
            </span>`
      }
      ${
        own.length > 0
          ? html`<p>Step ${at}:</p><ul>${meets}</ul>`
          : html`<p class="soft">${at === 0 ? 'At the start.' : `Step ${at} meets no other CPU.`}</p>`
      }
    </div>`;
  }
}

/** Measures where the lines go, and then draws them. */
function drawn(
  own: readonly ConflictView[],
  rows: ReadonlyMap<number, Element | null>,
  canvas: Element,
  into: HTMLElement,
): () => void {
  if (own.length === 0) return () => render(nothing, into);
  const outer = canvas.getBoundingClientRect();
  const lines = own.map((it) => line(it, rows, outer));
  return () => {
    render(html`<svg class="meeting-lines" aria-hidden="true">${lines}</svg>`, into);
  };
}

/** The line between the rows of two steps. */
function line(
  { earlier, later, kind, subject, field }: ConflictView,
  rows: ReadonlyMap<number, Element | null>,
  outer: DOMRect,
): TemplateResult | typeof nothing {
  const [from, to] = [rows.get(earlier), rows.get(later)];
  if (!from || !to) return nothing;
  const [a, b] = [from, to].map((row) => {
    const box = row.getBoundingClientRect();
    const change = row.querySelector(`.change[data-subject="${subject}"][data-field="${field}"]`);
    const { top } = change?.getBoundingClientRect() ?? box;
    return { left: box.left - outer.left, right: box.right - outer.left, y: top - outer.top + 10 };
  });
  if (!a || !b) return nothing;
  // In one column the line goes round the rows, on the left.
  const [x1, x2, out] =
    a.right <= b.left
      ? [a.right, b.left, 1]
      : b.right <= a.left
        ? [a.left, b.right, -1]
        : [a.left, b.left, 0];
  const [bend1, bend2] = out === 0 ? [-14, -14] : [18 * out, -18 * out];
  const d = `M${x1} ${a.y}C${x1 + bend1} ${a.y} ${x2 + bend2} ${b.y} ${x2} ${b.y}`;
  return svg`<path class=${kind} d=${d}></path>
    <circle cx=${x1} cy=${a.y} r="3"></circle><circle cx=${x2} cy=${b.y} r="3"></circle>`;
}
