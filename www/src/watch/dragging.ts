/** A step taken by its number and dropped before or behind steps of other lanes. */
import { css } from 'lit';
import { request } from '../actions';
import type { PageraceLanes } from '../elements/lanes';
import { moved } from '../moving';

const style = css`
  .step .number {
    cursor: grab;
  }
  [data-drop] {
    position: relative;
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

/** Pointers that hover drag; who touches the screen scrolls, and has buttons and the keyboard. */
export class Dragging {
  readonly #lanes: PageraceLanes;
  #drag: { step: number; x: number; y: number; to: number | null } | null = null;

  constructor(lanes: PageraceLanes) {
    this.#lanes = lanes;
    const root = lanes.renderRoot as ShadowRoot;
    if (style.styleSheet) root.adoptedStyleSheets.push(style.styleSheet);
    root.addEventListener('pointerdown', (event) => this.#start(event as PointerEvent));
    lanes.addEventListener('pointermove', (event) => this.#over(event));
    addEventListener('pointerup', () => this.#drop());
    addEventListener('pointercancel', () => this.#stop());
  }

  #start(event: PointerEvent): void {
    const target = event.target as Element;
    const row = target.closest('.number')?.closest('[data-step]');
    if (!row || event.pointerType === 'touch' || event.button !== 0) return;
    event.preventDefault();
    this.#drag = {
      step: Number(row.getAttribute('data-step')),
      x: event.clientX,
      y: event.clientY,
      to: null,
    };
  }

  #over(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < SLACK) return;
    const under = event
      .composedPath()
      .find((it) => it instanceof Element && it.matches('[data-step]'));
    if (!(under instanceof Element)) return;
    this.#clear();
    const to = Number(under.getAttribute('data-step'));
    drag.to = to === drag.step ? null : to;
    if (drag.to === null) return;
    const other = moved(this.#lanes.trace, drag.step, to);
    under.setAttribute('data-drop', 'why' in other ? other.why : '');
    under.toggleAttribute('data-below', to > drag.step);
  }

  #drop(): void {
    const drag = this.#drag;
    this.#stop();
    if (!drag || drag.to === null) return;
    const { step, to } = drag;
    request(this.#lanes, { type: 'move', by: to - step, step });
    // The click that ends a drag goes nowhere.
    const once = (event: Event) => event.stopPropagation();
    this.#lanes.renderRoot.addEventListener('click', once, { capture: true, once: true });
    setTimeout(() => this.#lanes.renderRoot.removeEventListener('click', once, { capture: true }));
  }

  #stop(): void {
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
