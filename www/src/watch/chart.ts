/** A page's references over time, as a picture and in words. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ReferencesView } from '../protocol';
import { vars } from '../vars';

/** A pin counts 1,024: on a plain scale all else would be one line. */
const height = (value: number): number => Math.log2(1 + value);

/** A line that stays until the step that changes it; it is cut where there is no value. */
function path(
  values: readonly (number | null)[],
  x: (n: number) => number,
  y: (n: number) => number,
) {
  let drawn = '';
  let last: number | null = null;
  for (const [step, value] of values.entries()) {
    if (value !== null)
      drawn += last === null ? `M${x(step)} ${y(value)}` : `H${x(step)}V${y(value)}`;
    last = value;
  }
  return last === null ? drawn : `${drawn}H${x(values.length)}`;
}

/** The values that get a label: where two would overlap, the lower one. */
function labelled(values: readonly number[], y: (n: number) => number): number[] {
  const ticks: number[] = [];
  for (const value of values.toSorted((a, b) => a - b)) {
    const below = ticks.at(-1);
    if (below === undefined || y(below) - y(value) > 11) ticks.push(value);
  }
  return ticks;
}

/** The chart of a page, with the state at the cursor in words. */
export function chart(
  page: number,
  { actual, expected }: ReferencesView,
  cursor: number,
): TemplateResult {
  const values = [...new Set([0, ...actual, ...expected.filter((it) => it !== null)])];
  const top = Math.max(1, ...values.map(height));
  const x = (step: number) => (step / actual.length) * 100;
  const y = (value: number) => (1 - height(value) / top) * 100;
  const ticks = labelled(values, y);
  const now = actual[cursor] ?? 0;
  const wanted = expected[cursor] ?? null;
  const most = Math.max(...actual);
  const words = `_refcount of page ${page}: ${actual[0]} at the start, at most ${most}, ${actual.at(-1)} in the end.`;
  return html`<figure class="chart">
    <div class="plot">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${words}>
        ${ticks.map((value) => svg`<path class="grid" d="M0 ${y(value)}H100"></path>`)}
        <path class="expected" d=${path(expected, x, y)}></path>
        <path class="actual" d=${path(actual, x, y)}></path>
        <path class="cursor" d="M${x(cursor + 0.5)} -6V106"></path>
      </svg>
      ${ticks.map(
        (value) => html`<span class="value" ${vars({ '--top': `${y(value)}%` })}>${value}</span>`,
      )}
      <span class="time">start</span><span class="time last">step ${actual.length - 1}</span>
    </div>
    <figcaption>${cursor === 0 ? 'At the start' : `After step ${cursor}`}: <b>_refcount ${now}</b> (solid)${
      wanted === null ? nothing : html`; migration would expect <b>${wanted}</b> (dashed)`
    }. The scale is logarithmic.</figcaption>
  </figure>`;
}
