/** A message that an embedded race sends: docs/embedding.md lists their fields. */
export interface PageRaceMessage {
  pagerace: 1;
  type: 'ready' | 'resize' | 'step' | 'verdict' | 'state' | 'error';
  id?: string | number;
  [field: string]: unknown;
}

/** `<page-race>`: a race of Pagerace in a document. */
export interface PageRaceElement extends HTMLElement {
  /** A Pagerace link; what stands behind its `#` is opened. */
  href: string | null;
  /** The name of a scenario of the gallery. */
  g: string | null;
  /** The address of the Pagerace that opens the race. */
  home: string | null;
  view: 'timeline' | 'memory' | 'both' | 'text' | null;
  /** The reader changes neither text nor schedule. */
  ro: boolean;
  theme: 'light' | 'dark' | 'auto' | null;
  /** The step to open at. */
  at: number | null;
  controls: 'full' | 'steps' | 'none' | null;
  /** A link that opens what stands there now; none until it has started. */
  readonly link: string | null;
  /** Starts it now, and not when it comes into sight. */
  start(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    'page-race': PageRaceElement;
  }
  interface HTMLElementEventMap {
    'page-race': CustomEvent<PageRaceMessage>;
  }
}
