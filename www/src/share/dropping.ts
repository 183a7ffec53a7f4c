/** Scenario files that are dropped on the page, wherever it is. */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { request } from '../actions';

/** Says where a file may be dropped, while one is held above the page. */
export class PageraceDrop extends LitElement {
  static override properties = { held: { state: true } };
  static override styles = css`
    p {
      position: fixed;
      inset: 12px;
      z-index: 10;
      display: grid;
      place-items: center;
      margin: 0;
      font-weight: 650;
      color: var(--ink);
      background: color-mix(in srgb, var(--raised) 85%, transparent);
      border: 3px dashed var(--focus);
      border-radius: 8px;
      pointer-events: none;
    }
  `;

  declare private held: boolean;
  readonly #ends = new AbortController();

  constructor() {
    super();
    this.held = false;
  }

  /** Before others: the editor would take a file's text for something to insert. */
  override connectedCallback(): void {
    super.connectedCallback();
    const on = { capture: true, signal: this.#ends.signal };
    addEventListener('dragover', (event) => this.#over(event), on);
    addEventListener('dragleave', (event) => this.#left(event), on);
    addEventListener('drop', (event) => this.#dropped(event), on);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ends.abort();
  }

  override render(): TemplateResult {
    return this.held ? html`<p>Drop the scenario to open it</p>` : html``;
  }

  #over(event: DragEvent): void {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    this.held = true;
  }

  /** Out of the window, and not from one element to the next. */
  #left(event: DragEvent): void {
    if (event.relatedTarget === null) this.held = false;
  }

  #dropped(event: DragEvent): void {
    this.held = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    request(this, { type: 'open_files', files: [...(event.dataTransfer?.files ?? [])] });
  }
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;

customElements.define('pagerace-drop', PageraceDrop);
