import { html, type TemplateResult } from 'lit';
import { inlineMarks } from '../wording';

/** A text with its inline Markdown. */
export const inline = (text: string): (TemplateResult | string)[] =>
  inlineMarks(text).map(({ kind, text }) => {
    if (kind === 'code') return html`<code>${text}</code>`;
    if (kind === 'strong') return html`<strong>${text}</strong>`;
    return kind === 'em' ? html`<em>${text}</em>` : text;
  });
