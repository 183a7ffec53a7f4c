/** Looks closely at the trace on the stage; loaded once somebody is there to look. */
import { request } from '../actions';
import type { PageraceLanes } from '../elements/lanes';
import type { Model } from '../model';
import { Branches } from './branches';
import { Dragging } from './dragging';
import { Meetings } from './meetings';
import { Traces } from './traces';
import './history';

/** Adds to the lanes what is known of the trace. */
export class Watching {
  readonly traces = new Traces();
  readonly #meetings: Meetings;
  readonly #branches: Branches;
  #about: Pick<Model, 'trace' | 'text'> | null = null;

  constructor(page: ParentNode) {
    const lanes = page.querySelector<PageraceLanes>('pagerace-lanes');
    if (!lanes) throw new Error('the page has no lanes');
    this.#meetings = new Meetings(lanes);
    this.#branches = new Branches(lanes);
    new Dragging(lanes);
    // A change in the lanes leads to the history of what it changed.
    lanes.renderRoot.addEventListener('click', (event) => {
      const change = (event.target as Element).closest('.change');
      const subject = change?.getAttribute('data-subject');
      const field = change?.getAttribute('data-field') ?? null;
      if (subject) request(lanes, { type: 'history', word: { subject, field } });
    });
  }

  /** The stage has changed. */
  show(model: Model): void {
    this.#branches.show(model.forks);
    const { trace, text } = model;
    if (this.#about?.trace === trace) return;
    this.#about = { trace, text };
    this.#meetings.show([]);
    if (trace.length > 0) void this.#ask(model);
  }

  async #ask(model: Model): Promise<void> {
    const conflicts = await this.traces.conflicts(model).catch(() => []);
    if (this.#about?.trace === model.trace) this.#meetings.show(conflicts);
  }
}
