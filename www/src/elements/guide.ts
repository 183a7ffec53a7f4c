import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import { inGallery } from '../gallery';
import { icon } from '../icons';
import type { Model } from '../model';
import { type Asked, once } from '../once';
import type { ChallengeView, ExpectationView, GuideView, JudgedView, StopView } from '../protocol';
import { scheduleOf } from '../schedule';
import { ui } from '../ui';
import { asSentence, count } from '../wording';
import { guideStyles } from './guide-style';
import { inline } from './inline';

/** The parts of the text that a guide comes from: kernel, schedule and calls may change beside it. */
const identity = ({ scenario, text }: Model): string =>
  [scenario?.title, ...text.split(/^(?=\[)/m).filter((it) => /^\[+(tour|challenge)/.test(it))].join(
    '\n',
  );

/** What became of the last try. */
type Verdict = { judging: true } | { judged: JudgedView; text: string } | { why: string };

/** Leads through a scenario: the stops of its tour, or its challenge. */
export class PageraceGuide extends LitElement {
  static override properties = {
    model: { attribute: false },
    guide: { state: true },
    why: { state: true },
    at: { state: true },
    hints: { state: true },
    verdict: { state: true },
  };
  static override styles = [ui, guideStyles];

  declare model: Model;
  declare private guide: GuideView | null;
  declare private why: string | null;
  /** The stop, from 0. */
  declare private at: number;
  /** How many hints were asked for. */
  declare private hints: number;
  declare private verdict: Verdict | null;
  /** Whose guide it is, and its text as it was given. */
  #of = '';
  #given = '';
  #reading: Asked<GuideView> | undefined;
  #judging: Asked<JudgedView> | undefined;

  constructor() {
    super();
    this.guide = null;
    this.why = null;
    this.at = 0;
    this.hints = 0;
    this.verdict = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#reading?.giveUp();
    this.#judging?.giveUp();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('model') || this.model.guide === null || this.model.scenario === null) return;
    if (this.#of !== identity(this.model)) void this.#load();
  }

  /** Where the card is scrolled, what was asked for last comes into sight. */
  override updated(changed: PropertyValues): void {
    if (!changed.has('verdict') && !changed.has('hints')) return;
    const section = this.renderRoot.querySelector('section');
    const last = changed.has('verdict') ? '[role=status]' : 'ol li:last-child';
    const asked = this.renderRoot.querySelector<HTMLElement>(last);
    section?.scrollTo({ top: (asked?.offsetTop ?? 0) - section.offsetTop - 56 });
  }

  async #load(): Promise<void> {
    const { entry, text, guide: how } = this.model;
    const of = identity(this.model);
    this.#of = of;
    this.guide = null;
    this.why = null;
    this.at = 0;
    this.hints = 0;
    this.verdict = null;
    this.#reading?.giveUp();
    const given = (entry && (await inGallery(entry))?.text) || text;
    if (this.#of !== of) return;
    this.#given = given;
    this.#reading = once({ kind: 'guide', text: this.#given });
    const read = await this.#reading.answer;
    if (this.#of !== of) return;
    if ('why' in read) {
      this.why = read.why;
      return;
    }
    const { found } = read;
    const wrong = found.diagnostics[0];
    if (wrong) this.why = `line ${wrong.line}: ${wrong.message}. ${asSentence(wrong.hint ?? '')}`;
    this.guide = found;
    await this.#findGiven(found);
    if (this.model.guide?.kind !== 'tour' || found.tour.length === 0) return;
    const here = how?.here ? found.tour.findIndex((stop) => this.#isAt(stop)) : -1;
    if (here >= 0) this.at = here;
    else this.#go(0);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.next')?.focus({ preventScroll: true });
  }

  /** A try that came in a link is judged by the challenge of the gallery. */
  async #findGiven({ challenge }: GuideView): Promise<void> {
    if (!challenge) return;
    const { LISTED } = await import('../list');
    const name = LISTED.find((it) => it.task !== null && it.task === challenge.task)?.name;
    const text = name && (await inGallery(name))?.text;
    if (text) this.#given = text;
  }

  #isAt(stop: StopView): boolean {
    const { scenario, state, trace } = this.model;
    const played = scenario?.kernel === stop.kernel && scheduleOf(trace) === stop.schedule;
    return played && state?.cursor === stop.at;
  }

  /** To a stop: its kernel, its interleaving, its step, what to look at. */
  #go(to: number): void {
    const stop = this.guide?.tour[to];
    if (!stop) return;
    this.at = to;
    request(this, { type: 'visit', stop });
  }

  async #judge(): Promise<void> {
    this.#judging?.giveUp();
    const { draft, text } = this.model;
    const own = draft ?? text;
    if (draft !== null) request(this, { type: 'apply' });
    this.verdict = { judging: true };
    this.#judging = once({ kind: 'judge', text: own, given: this.#given });
    const judged = await this.#judging.answer;
    this.verdict = 'why' in judged ? judged : { judged: judged.found, text: own };
  }

  #leave(): void {
    request(this, { type: 'guide', guide: null });
  }

  override render(): TemplateResult | typeof nothing {
    const kind = this.model.guide?.kind;
    if (!kind) return nothing;
    const { guide } = this;
    const close = (name: string) =>
      html`<button class="close" aria-label="Leave the ${name}" title="Leave the ${name}" @click=${this.#leave}>${icon('close')}</button>`;
    if (this.why !== null && !(kind === 'challenge' && guide?.challenge)) {
      return html`<section aria-label="Guide"><div class="bar"><h2>This ${kind} cannot be shown</h2>${close(kind)}</div>
        <p role="alert">${asSentence(this.why)}</p></section>`;
    }
    if (guide === null)
      return html`<section aria-label="Guide"><p class="soft" role="status">Loading …</p></section>`;
    if (kind === 'tour') return this.#tour(guide.tour, close(kind));
    return guide.challenge ? this.#challenge(guide.challenge, close(kind)) : nothing;
  }

  #tour(stops: readonly StopView[], close: TemplateResult): TemplateResult | typeof nothing {
    const stop = stops[this.at];
    if (!stop) return nothing;
    const first = this.at === 0;
    const last = this.at === stops.length - 1;
    const here = this.#isAt(stop);
    return html`<section aria-label="Guided tour">
      <div class="bar">
        <h2>Tour <span class="soft">${this.at + 1} of ${stops.length}</span></h2>
        <p class="soft where"><code>${stop.kernel}</code>, step ${stop.at}</p>
        <button class="back" aria-disabled=${first} @click=${() => first || this.#go(this.at - 1)}>${icon('back')} Back</button>
        <button class="next primary" aria-disabled=${last} @click=${() => last || this.#go(this.at + 1)}>Next ${icon('forward')}</button>
        ${close}
      </div>
      <p class="prose" aria-live="polite">${inline(stop.text)}</p>
      ${
        here
          ? nothing
          : html`<p><button @click=${() => this.#go(this.at)}>Back to this stop</button> <span class="soft">You have left it: look around as long as you like.</span></p>`
      }
    </section>`;
  }

  #challenge(it: ChallengeView, close: TemplateResult): TemplateResult {
    const judging = this.verdict !== null && 'judging' in this.verdict;
    const more = it.hints.length - this.hints;
    return html`<section aria-label="Challenge">
      <div class="bar">
        <h2>Challenge</h2>
        <p class="where"></p>
        <button @click=${() => request(this, { type: 'goto_text', line: 1, column: 1 })}>Edit text</button>
        <button class="primary" aria-disabled=${judging} @click=${() => judging || this.#judge()}>Judge</button>
        ${close}
      </div>
      <p class="prose">${inline(it.task)}</p>
      <p class="soft">You may change: ${it.may.join(', ')}; and the schedule. Judged over all interleavings:
        ${it.goals.map((goal, n) => html`${n > 0 ? '; ' : ''}<code>${goal}</code>`)}.</p>
      <div role="status">${this.#verdict()}</div>
      <ol aria-live="polite">${it.hints.slice(0, this.hints).map((hint) => html`<li>${inline(hint)}</li>`)}</ol>
      ${
        more > 0
          ? html`<p><button @click=${() => {
              this.hints += 1;
            }}>Hint</button> <span class="soft">${count(more, 'hint')} left</span></p>`
          : nothing
      }
    </section>`;
  }

  #verdict(): TemplateResult | typeof nothing {
    const { verdict } = this;
    if (verdict === null) return nothing;
    if ('judging' in verdict) return html`<p class="soft">Searching every interleaving …</p>`;
    if ('why' in verdict) return html`<p class="bad">${asSentence(verdict.why)}</p>`;
    const { judged, text } = verdict;
    const { diagnostics, trespasses, goals, met } = judged;
    if (diagnostics.length > 0) {
      return html`<p class="bad">${icon('broken')} The text cannot be judged</p><ul>${diagnostics.map(
        (it) =>
          html`<li>Line ${it.line}: ${asSentence(it.message)} ${asSentence(it.hint ?? '')}</li>`,
      )}</ul>`;
    }
    if (trespasses.length > 0) {
      return html`<p class="bad">${icon('broken')} Not allowed</p><ul>${trespasses.map((it) => html`<li>${asSentence(it)}</li>`)}</ul>`;
    }
    const stale = (this.model.draft ?? this.model.text) !== text;
    return html`<p class=${met ? 'met' : 'bad'}>${icon(met ? 'holds' : 'broken')} ${met ? 'Met: the challenge is solved.' : 'Not met'}</p>
      <ul>${goals.map((goal) => this.#goal(goal))}</ul>
      ${stale ? html`<p class="soft">The text was changed since.</p>` : nothing}`;
  }

  #goal({ claim, verdict, because, witness, kernel }: ExpectationView): TemplateResult {
    const mine = kernel === this.model.scenario?.kernel && this.model.draft === null;
    const show = () => witness && request(this, { type: 'witness', schedule: witness.schedule });
    return html`<li><code>${claim}</code>: ${verdict}${because ? `, ${because}` : ''}
      ${witness && mine ? html`<button title=${witness.schedule} @click=${show}>${icon('play')} show</button>` : nothing}</li>`;
  }
}

customElements.define('pagerace-guide', PageraceGuide);
