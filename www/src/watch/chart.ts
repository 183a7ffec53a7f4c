/** References over time, of one page or of several, as a picture and in words. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ReferencesView } from '../protocol';
import { vars } from '../vars';

/** A page with its references. */
export interface Series {
  readonly page: number;
  readonly references: ReferencesView;
}

/** As many as there are looks of a line: its dashes and its marks, never its colour alone. */
export const MOST_SERIES = 4;

/** Where two lines run at the same height, both are seen: how far they are apart, of 100. */
const APART = 2.5;

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

/** The mark of each line, beside its dashes. */
const MARKS = ['●', '■', '▲', '◆'];

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
  const x = (step: number) => (step / actual.length) * 100;
  const y = (value: number) => (1 - height(value) / top) * 100;
  const ticks = labelled(values, y);
  const own = (look: number) => (value: number) => y(value) - look * APART;
  const said = `_refcount of ${all.map(words).join('; of ')}.`;
  return html`<figure class="chart">
    <div class="plot">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=${said}>
        ${ticks.map((value) => svg`<path class="grid" d="M0 ${y(value)}H100"></path>`)}
        ${alone ? svg`<path class="expected" d=${path(expected, x, y)}></path>` : nothing}
        ${all.map(
          ({ references }, look) =>
            svg`<path class="actual look${look}" d=${path(references.actual, x, own(look))}></path>`,
        )}
        <path class="cursor" d="M${x(cursor + 0.5)} -6V106"></path>
      </svg>
      ${ticks.map(
        (value) => html`<span class="value" ${vars({ '--top': `${y(value)}%` })}>${value}</span>`,
      )}
      ${alone ? nothing : all.map((it, look) => marks(it, look, x, own(look)))}
      <span class="time">start</span><span class="time last">step ${actual.length - 1}</span>
    </div>
    <figcaption>${cursor === 0 ? 'At the start' : `After step ${cursor}`}: ${
      alone ? oneLegend(first, cursor) : severalLegend(all, cursor)
    } The scale is logarithmic.</figcaption>
  </figure>`;
}

/** The marks of a line, where its value changes. */
function marks(
  { references: { actual } }: Series,
  look: number,
  x: (step: number) => number,
  y: (value: number) => number,
): TemplateResult[] {
  const turns = actual.map((value, step) => ({ value, step }));
  const marked = turns.filter(({ value, step }) => step === 0 || value !== actual[step - 1]);
  return marked.map(({ value, step }) => {
    const place = vars({ '--left': `${x(step)}%`, '--top': `${y(value)}%` });
    return html`<span class="mark look${look}" aria-hidden="true" ${place}>${MARKS[look]}</span>`;
  });
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
      <path class="actual look${look}" d="M1 7H43"></path></svg>
      <span class="look${look}" aria-hidden="true">${MARKS[look]}</span>
      page ${page}: <b>_refcount ${references.actual[cursor] ?? 0}</b></li>`,
  )}</ul>`;
