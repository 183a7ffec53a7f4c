/** References over time, of one page or of several, as a picture and in words. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ReferencesView } from '../protocol';

/** A page with its references. */
export interface Series {
  readonly page: number;
  readonly references: ReferencesView;
}

/** As many as there are looks of a line: its dashes and its marks, never its colour alone. */
export const MOST_SERIES = 4;

const WIDTH = 600;
const HEIGHT = 120;
const LEFT = 44;
const BOTTOM = 18;
/** Where two lines run at the same height, both are seen. */
const APART = 3;

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

/** The mark of a line: a disc, a square, a triangle, a diamond. */
function mark(look: number, x: number, y: number): TemplateResult {
  const shapes = [
    'm-4 0a4 4 0 108 0a4 4 0 10-8 0z',
    'm-3.500-3.500h7v7h-7z',
    'm0-4.500l4.500 8h-9z',
    'm0-5l5 5l-5 5l-5-5z',
  ];
  return svg`<path class="mark look${look}" d="M${x} ${y}${shapes[look]}"></path>`;
}

const words = ({ page, references: { actual } }: Series): string =>
  `page ${page}: ${actual[0]} at the start, at most ${Math.max(...actual)}, ${actual.at(-1)} in the end`;

/** The chart of pages, with the state at the cursor in words. */
export function chart(all: readonly Series[], cursor: number): TemplateResult | typeof nothing {
  const [first, ...others] = all;
  if (!first) return nothing;
  const { actual, expected } = first.references;
  const alone = others.length === 0;
  const wishes = alone ? expected.filter((it) => it !== null) : [];
  const values = [...new Set([0, ...all.flatMap((it) => it.references.actual), ...wishes])];
  const top = Math.max(1, ...values.map(height));
  const x = (step: number) => LEFT + (step / actual.length) * (WIDTH - LEFT);
  const y = (value: number) => 8 + (1 - height(value) / top) * (HEIGHT - BOTTOM - 8);
  const ticks = values
    .sort((a, b) => a - b)
    .filter((_, at) => at === 0 || at === values.length - 1 || values.length < 6);
  const said = `_refcount of ${all.map(words).join('; of ')}.`;
  return html`<figure class="chart">
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${said}>
      ${ticks.map(
        (
          value,
        ) => svg`<line class="grid" x1=${LEFT} x2=${WIDTH} y1=${y(value)} y2=${y(value)}></line>
          <text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${value}</text>`,
      )}
      ${alone ? svg`<path class="expected" d=${path(expected, x, y)}></path>` : nothing}
      ${all.map(({ references: { actual } }, look) => {
        const own = (value: number) => y(value) - look * APART;
        const turns = actual.map((value, step) => ({ value, step }));
        const marked = turns.filter(({ value, step }) => step === 0 || value !== actual[step - 1]);
        return svg`<path class="actual look${look}" d=${path(actual, x, own)}></path>
          ${alone ? nothing : marked.map(({ value, step }) => mark(look, x(step), own(value)))}`;
      })}
      <line class="cursor" x1=${x(cursor + 0.5)} x2=${x(cursor + 0.5)} y1="2" y2=${HEIGHT - BOTTOM + 4}></line>
      <text x=${LEFT} y=${HEIGHT - 3}>start</text>
      <text x=${WIDTH} y=${HEIGHT - 3} text-anchor="end">step ${actual.length - 1}</text>
    </svg>
    <figcaption>${cursor === 0 ? 'At the start' : `Behind step ${cursor}`}: ${
      alone ? oneLegend(first, cursor) : severalLegend(all, cursor)
    } The scale is logarithmic.</figcaption>
  </figure>`;
}

function oneLegend({ references: { actual, expected } }: Series, cursor: number): TemplateResult {
  const wanted = expected[cursor] ?? null;
  return html`<b>_refcount ${actual[cursor] ?? 0}</b> (solid)${
    wanted === null ? nothing : html`; migration would expect <b>${wanted}</b> (dashed)`
  }.`;
}

const severalLegend = (all: readonly Series[], cursor: number): TemplateResult =>
  html`<ul class="legend">${all.map(
    ({ page, references }, look) => html`<li><svg viewBox="0 0 44 14" aria-hidden="true">
      ${svg`<path class="actual look${look}" d="M1 7H43"></path>`}${mark(look, 22, 7)}</svg>
      page ${page}: <b>_refcount ${references.actual[cursor] ?? 0}</b></li>`,
  )}</ul>`;
