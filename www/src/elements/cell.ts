/** A value that leads to its history, and to why it is what it is. */
import { html, type TemplateResult } from 'lit';
import { request } from '../actions';

/** `said` is what stands there in words, where it is more than a value. */
export function cell(
  subject: string,
  field: string,
  shown: unknown,
  said: unknown = shown,
): TemplateResult {
  const ask = (event: Event) =>
    request(event.currentTarget as Element, { type: 'history', word: { subject, field } });
  return html`<button class="cell" data-subject=${subject} data-field=${field} title="What changed it, and why"
    aria-label="${field} of ${subject}: ${said}" @click=${ask}>${shown}</button>`;
}

/** Leads to the history of all that belongs to a subject. */
export const historyOf = (subject: string): TemplateResult => {
  const ask = (event: Event) =>
    request(event.currentTarget as Element, { type: 'history', word: { subject, field: null } });
  return html`<button class="plain" aria-label="History of ${subject}" @click=${ask}>history</button>`;
};
