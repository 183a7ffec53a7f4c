/** What the parts of the composer ask it for. */

import type { Edit } from '../compose/edits';
import type { Spot } from '../compose/spots';

/** An edit, or a form to open. */
export interface Wish {
  edit?: Edit | readonly Edit[];
  /** What a screen reader is told of it. */
  said?: string;
  /** The call that has the focus behind the edit. */
  focus?: Spot;
  /** The call to write or to change. */
  open?: Spot & { text: string | null };
}

/** The one event inside the composer. */
export const COMPOSE = 'pagerace-edit';

/** Sends a wish to the composer. */
export function wish(from: EventTarget, detail: Wish): void {
  from.dispatchEvent(new CustomEvent<Wish>(COMPOSE, { detail, bubbles: true, composed: true }));
}

/** What stands in the field that an event comes from. */
export const typed = (event: Event): string => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementEventMap {
    'pagerace-edit': CustomEvent<Wish>;
  }
}
