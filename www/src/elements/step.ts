import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../icons';
import type { ChangeView, LineView, StepView } from '../protocol';
import { crosses, drains, startsCall } from '../rows';
import { vars } from '../vars';
import { within } from '../wording';

/** One step in its lane: a button that goes there. */
export function stepTemplate(
  step: StepView,
  cursor: number,
  seek: (number: number) => void,
): TemplateResult {
  const now = step.number === cursor;
  const classes = `step ${step.frame} ${step.number > cursor ? 'future' : ''} ${now ? 'now' : ''}`;
  return html`<li class=${classes} data-step=${step.number}>
    <button tabindex=${now ? 0 : -1} aria-current=${now ? 'step' : nothing} @click=${() => seek(step.number)}>
      <span class="number">${step.number}</span>
      <span class="body">
        ${step.frame === 'task' ? nothing : html`<span class="hidden">${within(step.frame)}: </span>`}
        ${
          step.lines.length === 0
            ? beginTemplate(step)
            : step.lines.map((line, index) => lineTemplate(line, crosses(step.lines, index)))
        }
        ${step.broke.map((name) => html`<span class="broke">${icon('broken')} breaks ${name}</span>`)}
      </span>
    </button>
  </li>`;
}

/**
 * A step that runs no line: a program of the lane begins that another CPU or a device asked for, or a
 * store reaches memory.
 */
function beginTemplate(step: StepView): TemplateResult {
  if (startsCall(step)) return html`<span class="begin">starts what another CPU asked for</span>`;
  if (!drains(step)) return html`<code class="begin">&lt;Interrupt&gt;</code>`;
  return html`<span class="begin">its oldest store reaches memory</span>${step.changes.map(
    (change) => changeTemplate(change, 0),
  )}`;
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
  html`<span class="change" data-subject=${change.subject} data-field=${change.field} ${vars({ '--depth': depth })}
    >${change.subject} <b>${change.field}</b> ${change.from} → ${change.to}</span
  >`;
