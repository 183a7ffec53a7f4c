import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { request } from '../actions';
import { front } from '../gallery';
import type { Notice } from '../model';
import { ui } from '../ui';
import { asSentence, count } from '../wording';

/** So many mistakes are told; the editor marks all. */
const MOST = 3;

/** A message across the page: what failed, what is kept, what can be done. */
export class PageraceNotice extends LitElement {
  static override properties = { notice: { attribute: false }, traced: { type: Boolean } };
  static override styles = [
    ui,
    css`
      .notice {
        padding: 12px 16px;
        margin: 12px 0;
        border: 1.5px solid var(--bad);
        border-left-width: 6px;
        border-radius: var(--radius);
        background: var(--bad-back);
        max-width: 90ch;
      }
      .notice > p,
      .notice > ul {
        margin-bottom: 6px;
      }
      textarea {
        width: 100%;
        height: 4.5em;
        font: var(--tiny) / 1.4 var(--mono);
        color: var(--ink);
        background: var(--raised);
        border: 1px solid var(--strong-line);
        border-radius: 3px;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 8px;
      }
    `,
  ];

  declare notice: Notice | null;
  /** There is a trace that a restart can replay. */
  declare traced: boolean;

  constructor() {
    super();
    this.notice = null;
    this.traced = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { notice } = this;
    if (!notice) return nothing;
    return html`<div class="notice" role="alert">${this.#body(notice)}</div>`;
  }

  #body(notice: Notice): TemplateResult {
    const gallery = html`<button @click=${() => request(this, { type: 'gallery', name: front.name })}>Open the gallery's first race</button>`;
    const dismiss = html`<button @click=${() => request(this, { type: 'dismiss' })}>Dismiss</button>`;
    switch (notice.kind) {
      case 'bad_link':
        return html`<h2>This link does not open</h2>
          <p>${asSentence(notice.why)} Was it cut short on its way? What it carried is kept here:</p>
          <textarea readonly aria-label="The link's text" .value=${notice.raw}></textarea>
          <div class="actions">${gallery}${dismiss}</div>`;
      case 'lost':
        return html`<h2>The engine stopped</h2>
          <p>It failed at “${notice.doing}”: <code>${notice.why}</code></p>
          <p>Your scenario, your edits and the steps are kept. A restart takes a fresh engine.</p>
          <div class="actions">
            ${
              this.traced
                ? html`<button class="primary" @click=${() => request(this, { type: 'restart', keepTrace: true })}>Restart and replay the steps</button>`
                : nothing
            }
            <button @click=${() => request(this, { type: 'restart', keepTrace: false })}>Restart the scenario</button>
            ${gallery}
          </div>`;
      case 'kept':
        return html`<h2>Your last work is kept</h2>
          <p>${notice.kept.draft === null ? 'Your scenario' : 'Edits that were not applied to'}
            “${notice.kept.title}”, in this browser alone.</p>
          <div class="actions">
            <button class="primary" @click=${() => request(this, { type: 'take_up' })}>Take it up</button>
            <button @click=${() => request(this, { type: 'forget' })}>Forget it</button>
            ${dismiss}
          </div>`;
      case 'stopped':
        return html`<h2>The page ended at this scenario the last time</h2>
          <p>So it was not opened again by itself. Its text is safe in the address.</p>
          <div class="actions">
            <button class="primary" @click=${() => request(this, { type: 'open_anyway', opening: notice.opening })}>Open it all the same</button>
            ${gallery}
          </div>`;
      case 'unplayed':
        return html`<h2>These steps do not run on ${notice.kernel}</h2>
          <p>${asSentence(notice.why)} ${
            notice.steps === null
              ? 'The text keeps its schedule: the kernel before plays it again.'
              : html`Your steps were <code>${notice.steps}</code>.`
          }</p>
          <div class="actions">${dismiss}</div>`;
      case 'unscheduled':
        return html`<h2>The schedule does not run any more</h2>
          <p>${asSentence(notice.why)} The text keeps it, and the race stands at its start.</p>
          <div class="actions">
            <button @click=${() => request(this, { type: 'undo' })}>Undo the edit</button>
            <button @click=${() => request(this, { type: 'unschedule' })}>Take the schedule out</button>
            ${dismiss}</div>`;
      case 'changed':
        return html`<h2>The outcomes have changed since this link was made</h2>
          <p>The search has found other outcomes than the link speaks of: the model, or the scenario in the gallery, is another one since.</p>
          <div class="actions">${dismiss}</div>`;
      case 'bad_file':
        return this.#badFile(notice, dismiss);
      case 'refused':
        return html`<h2>That could not be done</h2>
          <ul>${notice.diagnostics.map((it) => html`<li>${asSentence(it.message)} ${asSentence(it.hint ?? '')}</li>`)}</ul>
          <div class="actions">${dismiss}</div>`;
    }
  }

  #badFile({ name, why }: Extract<Notice, { kind: 'bad_file' }>, dismiss: TemplateResult) {
    const stays = 'The race on the page stays as it is.';
    if (typeof why === 'string')
      return html`<h2>${name} does not open</h2>
        <p>${asSentence(why)} ${stays}</p><div class="actions">${dismiss}</div>`;
    const [first] = why;
    const { line, column } = first ?? { line: 1, column: 1 };
    return html`<h2>${name} does not open</h2>
      <ul>${why
        .slice(0, MOST)
        .map(
          (it) =>
            html`<li>Line ${it.line}, column ${it.column}: ${asSentence(it.message)} ${asSentence(it.hint ?? '')}</li>`,
        )}</ul>
      <p>${stays} The text of the file stands in the editor, with ${
        why.length > MOST ? `all ${count(why.length, 'mistake')}` : 'its mistakes'
      } marked.</p>
      <div class="actions">
        <button class="primary" @click=${() => request(this, { type: 'goto_text', line, column })}>Show it in the text</button>
        ${dismiss}
      </div>`;
  }
}

customElements.define('pagerace-notice', PageraceNotice);
