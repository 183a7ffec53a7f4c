/** A page's references over time, as a picture and in words. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ReferencesView } from '../protocol';

const WIDTH = 600;
const HEIGHT = 120;
const LEFT = 44;
const BOTTOM = 18;

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

/** The chart of a page, with the state at the cursor in words. */
export function chart(
  page: number,
  { actual, expected }: ReferencesView,
  cursor: number,
): TemplateResult {
  const values = [...new Set([0, ...actual, ...expected.filter((it) => it !== null)])];
  const top = Math.max(1, ...values.map(height));
  const x = (step: number) => LEFT + (step / actual.length) * (WIDTH - LEFT);
  const y = (value: number) => 8 + (1 - height(value) / top) * (HEIGHT - BOTTOM - 8);
  const ticks = values
    .sort((a, b) => a - b)
    .filter((_, at) => at === 0 || at === values.length - 1 || values.length < 6);
  const now = actual[cursor] ?? 0;
  const wanted = expected[cursor] ?? null;
  const most = Math.max(...actual);
  const words = `_refcount of page ${page}: ${actual[0]} at the start, at most ${most}, ${actual.at(-1)} in the end.`;
  return html`<figure class="chart">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${words}>
      ${ticks.map(
        (
          value,
        ) => svg`<line class="grid" x1=${LEFT} x2=${WIDTH} y1=${y(value)} y2=${y(value)}></line>
          <text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${value}</text>`,
      )}
      <path class="expected" d=${path(expected, x, y)}></path>
      <path class="actual" d=${path(actual, x, y)}></path>
      <line class="cursor" x1=${x(cursor + 0.5)} x2=${x(cursor + 0.5)} y1="2" y2=${HEIGHT - BOTTOM + 4}></line>
      <text x=${LEFT} y=${HEIGHT - 3}>start</text>
      <text x=${WIDTH} y=${HEIGHT - 3} text-anchor="end">step ${actual.length - 1}</text>
    </svg>
    <figcaption>${cursor === 0 ? 'At the start' : `Behind step ${cursor}`}: <b>_refcount ${now}</b> (solid)${
      wanted === null ? nothing : html`; migration would expect <b>${wanted}</b> (dashed)`
    }. The scale is logarithmic.</figcaption>
  </figure>`;
}
