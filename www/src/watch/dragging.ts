/** A step taken by its number and dropped before or behind steps of other lanes. */
import { css } from 'lit';
import { request } from '../actions';
import type { PageraceLanes } from '../elements/lanes';
import { moved } from '../moving';

const style = css`
  .step .number {
    cursor: grab;
    /* A finger scrolls by all else: here it takes the step. */
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  .dragged {
    outline: 2px dashed var(--ink);
    outline-offset: -2px;
  }
  [data-drop] {
    position: relative;
  }
  .step[data-drop] {
    contain: none;
  }
  [data-drop]::after {
    content: attr(data-drop);
    position: absolute;
    inset: auto 0 100% 0;
    border-bottom: 2px solid var(--ink);
    font: 600 var(--tiny) / 1.4 var(--sans);
    background: var(--raised);
    pointer-events: none;
    z-index: 2;
  }
  [data-drop='']::after {
    background: none;
  }
  [data-drop][data-below]::after {
    inset: 100% 0 auto 0;
    border-top: 2px solid var(--ink);
    border-bottom: none;
  }
`;

/** How far a pointer goes before a click becomes a drag. */
const SLACK = 6;

/** How near to an edge the steps move on by themselves, and how far each time. */
const EDGE = 36;
const PACE = 8;

interface Drag {
  pointer: number;
  row: Element;
  step: number;
  x: number;
  y: number;
  to: number | null;
  /** It has left its place. */
  moving: boolean;
}

/** Mouse, pen and finger take a step by its number; a finger scrolls by the rest of the row. */
export class Dragging {
  readonly #lanes: PageraceLanes;
  #drag: Drag | null = null;
  #at = { x: 0, y: 0 };
  #frame = 0;

  constructor(lanes: PageraceLanes) {
    this.#lanes = lanes;
    const root = lanes.renderRoot as ShadowRoot;
    if (style.styleSheet) root.adoptedStyleSheets.push(style.styleSheet);
    root.addEventListener('pointerdown', (event) => this.#start(event as PointerEvent));
    addEventListener('pointermove', (event) => this.#move(event));
    addEventListener('pointerup', (event) => this.#drop(event));
    addEventListener('pointercancel', (event) => this.#isOurs(event) && this.#stop());
    addEventListener('keydown', (event) => event.key === 'Escape' && this.#stop());
  }

  #isOurs({ pointerId }: PointerEvent): boolean {
    return this.#drag?.pointer === pointerId;
  }

  #start(event: PointerEvent): void {
    const target = event.target as Element;
    const row = target.closest('.number')?.closest('[data-step]');
    if (!row || event.button !== 0 || this.#drag) return;
    // A mouse would select text.
    if (event.pointerType === 'mouse') event.preventDefault();
    this.#drag = {
      pointer: event.pointerId,
      row,
      step: Number(row.getAttribute('data-step')),
      x: event.clientX,
      y: event.clientY,
      to: null,
      moving: false,
    };
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || !this.#isOurs(event)) return;
    this.#at = { x: event.clientX, y: event.clientY };
    if (!drag.moving) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLACK) return;
      drag.moving = true;
      drag.row.classList.add('dragged');
      this.#scroll();
    }
    this.#over(drag);
  }

  /** A finger keeps the element on which it came down: what lies under it has to be asked. */
  #over(drag: Drag): void {
    const root = this.#lanes.renderRoot as ShadowRoot;
    const under = root.elementFromPoint(this.#at.x, this.#at.y)?.closest('[data-step]');
    if (!under || !root.contains(under)) return;
    this.#clear();
    const last = Number(under.getAttribute('data-step'));
    // Of steps that are folded into one row, those on the far side count.
    const to = last < drag.step ? Number(under.getAttribute('data-first') ?? last) : last;
    drag.to = to === drag.step ? null : to;
    if (drag.to === null) return;
    const other = moved(this.#lanes.trace, drag.step, to);
    under.setAttribute('data-drop', 'why' in other ? other.why : '');
    under.toggleAttribute('data-below', to > drag.step);
  }

  /** Goes on for as long as the pointer is held at an edge. */
  #scroll(): void {
    this.#frame = requestAnimationFrame(() => {
      const drag = this.#drag;
      const box = this.#lanes.renderRoot.querySelector('.scroll');
      if (!drag || !box) return;
      const { top, bottom } = box.getBoundingClientRect();
      const head = this.#lanes.renderRoot.querySelector('.lanes')?.clientHeight ?? 0;
      const above = this.#at.y < Math.max(top, 0) + head + EDGE;
      const below = this.#at.y > Math.min(bottom, innerHeight) - EDGE;
      const before = box.scrollTop;
      if (above !== below) box.scrollTop += above ? -PACE : PACE;
      if (box.scrollTop !== before) this.#over(drag);
      this.#scroll();
    });
  }

  #drop(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || !this.#isOurs(event)) return;
    this.#stop();
    if (!drag.moving) return;
    // The click that ends a drag goes nowhere.
    const once = (event: Event) => event.stopPropagation();
    this.#lanes.renderRoot.addEventListener('click', once, { capture: true, once: true });
    setTimeout(() => this.#lanes.renderRoot.removeEventListener('click', once, { capture: true }));
    const { step, to } = drag;
    if (to !== null) request(this.#lanes, { type: 'move', by: to - step, step });
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#drag?.row.classList.remove('dragged');
    this.#drag = null;
    this.#clear();
  }

  #clear(): void {
    for (const row of this.#lanes.renderRoot.querySelectorAll('[data-drop]')) {
      row.removeAttribute('data-drop');
      row.removeAttribute('data-below');
    }
  }
}
