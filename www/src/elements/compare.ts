import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { Aside } from '../aside';
import { align, endAlike, endOf, type Pair } from '../compare';
import { choices, fresh } from '../matrix';
import { EMPTY, type Model } from '../model';
import type { ClaimedKernel, FollowedView, SkippedView, StepView } from '../protocol';
import { scheduleOf } from '../schedule';
import { ui } from '../ui';
import { asSentence, count } from '../wording';
import { barStyles } from './bar-style';

/** A side of the comparison. */
interface Side {
  readonly kernel: ClaimedKernel;
  readonly followed: FollowedView;
}

interface Answer {
  readonly left: Side;
  readonly right: Side;
  readonly schedule: string;
  readonly pairs: readonly Pair[];
  /** The first row that is not the same on both sides. */
  readonly first: number;
}

/** One schedule under two kernels, side by side, with the first difference marked. */
export class PageraceCompare extends LitElement {
  static override properties = {
    model: { attribute: false },
    other: { state: true },
    answer: { state: true },
    why: { state: true },
  };
  static override styles = [
    ui,
    barStyles,
    css`
      .ends {
        display: grid;
        gap: 4px;
        padding: 4px 0 8px;
        font-size: var(--small);
      }
      .ends li {
        padding: 4px 10px;
        border-left: 4px solid var(--strong-line);
        background: var(--sunken);
        overflow-wrap: anywhere;
      }
      .ends .wrong {
        border-color: var(--bad);
      }
      .scroll {
        max-height: 70vh;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      table {
        table-layout: fixed;
      }
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        padding: 4px 8px;
        background: var(--paper);
      }
      th:first-child {
        width: 5em;
      }
      td code {
        display: block;
      }
      [role='status'] p {
        padding: 6px 0;
        font-size: var(--small);
      }
      td,
      tbody th {
        padding: 2px 8px;
        vertical-align: top;
        overflow-wrap: anywhere;
      }
      .same td {
        color: var(--soft);
      }
      .only,
      .differs {
        background: var(--now);
      }
      .first {
        outline: 3px solid var(--now-line);
        outline-offset: -3px;
      }
      .note td {
        font-size: var(--small);
        background: var(--sunken);
      }
      .function {
        display: block;
        color: var(--soft);
        font-size: var(--tiny);
      }
      .change {
        display: block;
        font-size: var(--tiny);
      }
      .absent {
        font-size: var(--tiny);
        color: var(--soft);
      }
      @media print {
        .bar {
          display: none;
        }
        .scroll {
          max-height: none;
          overflow: visible;
        }
      }
      /* Side by side, a line would be a word wide: what is the same is told once. */
      @media (max-width: 700px) {
        thead {
          position: absolute;
          clip-path: inset(50%);
        }
        tbody tr {
          display: grid;
          grid-template-columns: 4.6em minmax(0, 1fr);
          border-bottom: 1px solid var(--line);
        }
        tbody th {
          grid-row: span 2;
          border: none;
        }
        td {
          grid-column: 2;
          border: none;
        }
        td:not([colspan])::before {
          content: attr(data-kernel);
          font: 600 var(--tiny) / 1.4 var(--mono);
        }
        .note td {
          grid-column: 1 / -1;
        }
        .same td:last-child,
        .only td:has(.absent) {
          display: none;
        }
        .same td:not([colspan])::before {
          content: none;
        }
      }
    `,
  ];

  declare model: Model;
  declare private other: ClaimedKernel | null;
  declare private answer: Answer | null;
  /** Why there is no answer. */
  declare private why: string | null;
  readonly #engine = new Aside();
  #asked = '';

  constructor() {
    super();
    this.model = EMPTY;
    this.other = null;
    this.answer = null;
    this.why = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#engine.close();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { scenario } = this.model;
    if (!changed.has('model') || !scenario) return;
    const kernels = this.#choices();
    if (!kernels.some((it) => it.name === this.other?.name)) this.other = kernels[0] ?? null;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('answer') && this.answer) this.#toFirst();
  }

  /** With and without a patch first, then what the claims are about, then the presets. */
  #choices(): ClaimedKernel[] {
    const { scenario, catalogue } = this.model;
    if (!scenario) return [];
    const { own, kernels, patches } = scenario;
    const presets = catalogue?.kernels.map((it) => it.name) ?? [];
    const names = patches.map(([name]) => name);
    const all = choices(own, presets, names);
    const near = all.slice(0, names.length + 1);
    const order = own.toggles.patch === undefined ? near : near.toReversed();
    const unlike = names.length > 0 ? order : [];
    return fresh([...unlike, ...kernels, ...all], new Set([own.name]));
  }

  async #compare(): Promise<void> {
    const { scenario, text, trace } = this.model;
    const { other } = this;
    if (!scenario || !other) return;
    const schedule = scheduleOf(trace);
    const asked = JSON.stringify([text, scenario.own, other, schedule]);
    this.#asked = asked;
    try {
      const left = await this.#follow(text, scenario.own, schedule);
      const right = await this.#follow(text, other, schedule);
      if (asked !== this.#asked) return;
      const pairs = align(left.followed.trace, right.followed.trace);
      const first = pairs.findIndex((it) => !it.same);
      this.why = null;
      this.answer = { left, right, schedule, pairs, first };
    } catch (error) {
      if (asked !== this.#asked) return;
      this.answer = null;
      this.why = error instanceof Error ? error.message : String(error);
    }
  }

  async #follow(text: string, kernel: ClaimedKernel, schedule: string): Promise<Side> {
    await this.#engine.open(text, kernel);
    return { kernel, followed: await this.#engine.ask({ type: 'follow', schedule }, 'followed') };
  }

  override render(): TemplateResult {
    const { scenario, trace } = this.model;
    const { answer, why } = this;
    const stale = answer !== null && !this.#isOf(answer);
    return html`<section aria-labelledby="compare">
      <h3 id="compare">One schedule under two kernels</h3>
      <div class="bar">
        <label><span><span class="mono">${scenario?.own.name}</span> with</span>
          <select @change=${this.#choose}>${this.#choices().map(
            (it) =>
              html`<option value=${it.name} ?selected=${it.name === this.other?.name}>${it.name}</option>`,
          )}</select>
        </label>
        <button class="primary" @click=${this.#compare}>Compare ${count(trace.length, 'step')}</button>
        ${stale ? html`<span class="soft">The steps on the stage are others by now.</span>` : nothing}
      </div>
      <p class="soft">The schedule says which CPU moves. What a CPU cannot do under a kernel is passed over,
        and after the last step each CPU runs on for as long as it can.</p>
      <div role="status">${why === null ? (answer ? this.#words(answer) : nothing) : html`<p class="bad">${asSentence(why)}</p>`}</div>
      ${answer ? this.#table(answer) : nothing}
    </section>`;
  }

  #isOf({ left, schedule }: Answer): boolean {
    const { scenario, trace } = this.model;
    return left.kernel.name === scenario?.own.name && schedule === scheduleOf(trace);
  }

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.other = this.#choices().find((it) => it.name === value) ?? null;
    void this.#compare();
  }

  #words({ left, right, pairs, first }: Answer): TemplateResult {
    const alike = endAlike(left.followed, right.followed);
    const found = pairs[first];
    return html`<p>
        <b>${alike ? 'Both come to the same end.' : 'They end differently.'}</b>
        ${
          found
            ? html`${difference(found, left, right)}
                <button class="inline plain" @click=${this.#toFirst}>Go to it</button>`
            : 'Every step is the same.'
        }
      </p>
      <ul class="ends">${[left, right].map((side) => this.#end(side))}</ul>`;
  }

  #end({ kernel, followed }: Side): TemplateResult {
    const { base, toggles } = kernel;
    const { trace, breaks, end } = followed;
    const load = () =>
      request(this, { type: 'kernel', base, toggles, schedule: scheduleOf(trace) });
    return html`<li class=${breaks.length > 0 || end !== 'done' ? 'wrong' : ''}>
      <b class="mono">${kernel.name}</b>: ${endOf(followed)}.
      <button class="inline plain" @click=${load}>Load its ${count(trace.length, 'step')}</button>
    </li>`;
  }

  #table({ left, right, pairs, first }: Answer): TemplateResult {
    const sides = [left, right] as const;
    return html`<div class="scroll" role="region" aria-label="Steps under both kernels" tabindex="0">
      <table>
        <thead><tr><th scope="col">Step</th>${sides.map(
          ({ kernel }) => html`<th scope="col" class="mono">${kernel.name}</th>`,
        )}</tr></thead>
        <tbody>${pairs.map((pair, index) => [
          ...notes(pair.left, left),
          ...notes(pair.right, right),
          index === first
            ? html`<tr class="note"><td colspan="3"><b>First difference</b></td></tr>`
            : nothing,
          row(pair, index === first, left, right),
        ])}
        ${sides.map((side) => lastNotes(side))}</tbody>
      </table>
    </div>`;
  }

  #toFirst(): void {
    const row = this.renderRoot.querySelector<HTMLElement>('.first');
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  }
}

/** What was passed over on a side before a step, and where its schedule ends. */
function notes(step: StepView | null, { kernel, followed }: Side): TemplateResult[] {
  if (!step) return [];
  const before = step.number - 1;
  const skipped = followed.skipped.filter((it) => it.after === before);
  const words = skipped.map((it) => note(kernel.name, passedOver(it)));
  if (before !== followed.made) return words;
  return [...words, note(kernel.name, 'the schedule ends here; the CPUs run on')];
}

/** What was passed over behind the last step. */
const lastNotes = ({ kernel, followed }: Side): TemplateResult[] =>
  followed.skipped
    .filter((it) => it.after === followed.trace.length)
    .map((it) => note(kernel.name, passedOver(it)));

const passedOver = ({ choice, cpu, times, why }: SkippedView): string => {
  const what = { i: "'s interrupt", c: "'s call", d: "'s oldest store" }[choice.slice(-1)] ?? '';
  return `CPU${cpu}${what} cannot move, ${count(times, 'step')} passed over: ${why}`;
};

const note = (kernel: string, words: string): TemplateResult =>
  html`<tr class="note"><td colspan="3"><span class="mono">${kernel}</span>: ${words}</td></tr>`;

function row(pair: Pair, first: boolean, left: Side, right: Side): TemplateResult {
  const { left: one, right: other, same } = pair;
  const cpu = (one ?? other)?.cpu ?? 0;
  const kind = same ? 'same' : one && other ? 'differs' : 'only';
  const numbers = [one?.number ?? '–', other?.number ?? '–'].join(' / ');
  return html`<tr class="${kind} ${first ? 'first' : ''} cpu${cpu}" tabindex=${first ? -1 : nothing}>
    <th scope="row"><span class="cpu">CPU${cpu}</span><span class="function">${numbers}</span>
      ${first ? html`<span class="hidden">first difference</span>` : nothing}</th>
    ${[one, other].map(
      (step, index) =>
        html`<td data-kernel=${[left, right][index]?.kernel.name}>${
          step
            ? stepWords(step, !same)
            : html`<span class="absent">not under ${[left, right][index]?.kernel.name}</span>`
        }</td>`,
    )}
  </tr>`;
}

function stepWords({ choice, lines, changes, broke }: StepView, whole: boolean): TemplateResult {
  const shown = whole ? [...lines.flatMap((it) => it.changes), ...changes] : [];
  return html`<span class="function">${lines[0]?.function ?? choice}</span>
    ${lines.map(
      (it) =>
        html`<code>${it.text}${whole && it.taken !== null ? html` <b>${it.taken ? 'yes' : 'no'}</b>` : nothing}</code> `,
    )}
    ${shown.map((it) => html`<span class="change">${it.subject} <b>${it.field}</b> ${it.from} → ${it.to}</span>`)}
    ${broke.map((name) => html`<span class="change bad">breaks ${name}</span>`)}`;
}

/** The first difference, in a sentence. */
function difference({ left: one, right: other }: Pair, left: Side, right: Side): string {
  const place = (it: StepView) =>
    `step ${it.number}, CPU${it.cpu}, ${it.lines[0]?.function ?? 'a program begins'}: ${it.lines[0]?.text ?? ''}`;
  if (one && other)
    return `The first difference is ${place(one)}: the line is the same, and what it finds or does is not.`;
  const only = one ? left : right;
  const step = one ?? other;
  return step ? `The first difference is ${place(step)}, under ${only.kernel.name} alone.` : '';
}

customElements.define('pagerace-compare', PageraceCompare);
