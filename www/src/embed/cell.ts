/** Values of an embedded race lead nowhere: histories are told by the page. In the place of
 * `../elements/cell.ts`. */
import { html, nothing, type TemplateResult } from 'lit';

/** `said` is what stands there in words, where it is more than a value. */
export const cell = (
  subject: string,
  field: string,
  shown: unknown,
  said: unknown = shown,
): TemplateResult =>
  said === shown
    ? html`<span data-subject=${subject} data-field=${field}>${shown}</span>`
    : html`<span data-subject=${subject} data-field=${field}><span aria-hidden="true">${shown}</span><span class="hidden">${said}</span></span>`;

/** There is none. */
export const historyOf = (_subject: string): typeof nothing => nothing;
