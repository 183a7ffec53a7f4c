import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../icons';
import type { ChangeView, LineView, StepView } from '../protocol';
import { crosses } from '../rows';
import { vars } from '../vars';

/** One step in its lane: a button that goes there. */
export function stepTemplate(
  step: StepView,
  cursor: number,
  seek: (number: number) => void,
): TemplateResult {
  const now = step.number === cursor;
  const classes = `step ${step.number > cursor ? 'future' : ''} ${now ? 'now' : ''}`;
  return html`<li class=${classes}>
    <button tabindex=${now ? 0 : -1} aria-current=${now ? 'step' : nothing} @click=${() => seek(step.number)}>
      <span class="number">${step.number}</span>
      <span class="body">
        ${
          step.lines.length === 0
            ? html`<code class="line interrupt">&lt;Interrupt&gt;</code>`
            : step.lines.map((line, index) => lineTemplate(line, crosses(step.lines, index)))
        }
        ${step.broke.map((name) => html`<span class="broke">${icon('broken')} breaks ${name}</span>`)}
      </span>
    </button>
  </li>`;
}

const lineTemplate = (line: LineView, crossed: boolean): TemplateResult =>
  html`${
    crossed
      ? html`<code class="function" ${vars({ '--depth': line.depth })}>${line.function}</code>`
      : nothing
  }<code class="line" ${vars({ '--depth': line.depth + 1 })}>${line.text}${
    line.taken === null ? nothing : html`<span class="taken">${line.taken ? ' yes' : ' no'}</span>`
  }</code>${line.changes.map((change) => changeTemplate(change, line.depth + 1))}`;

const changeTemplate = (change: ChangeView, depth: number): TemplateResult =>
  html`<span class="change" ${vars({ '--depth': depth })}
    >${change.subject} <b>${change.field}</b> ${change.from} → ${change.to}</span
  >`;
