/**
 * What outlives a reload or a crash: the reader's last work, and which text stopped the page.
 * Storage may be refused, full, or hold anything: then nothing is kept, and nothing fails.
 */

import { digest } from './digest';

/** The reader's work: what the engine had, and edits of it that it did not have yet. */
export interface Kept {
  title: string;
  text: string;
  draft: string | null;
}

const KEPT = 'pagerace-kept';
const RUNNING = 'pagerace-running';
const STOPPED = 'pagerace-stopped';

/** The longest text that is kept, in characters: none that the engine reads is longer. */
const LONGEST = 256 * 1024;

/** The part of the browser's storage that is needed. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Keeper {
  readonly #lasting: Shelf | null;
  readonly #tab: Shelf | null;

  /** `lasting` is for work; `tab` ends with the tab, and outlives its crash. */
  constructor(lasting: Shelf | null, tab: Shelf | null) {
    this.#lasting = lasting;
    this.#tab = tab;
    const running = read(tab, RUNNING);
    if (running !== null) write(tab, STOPPED, running);
    write(tab, RUNNING, null);
  }

  /** What was kept last. */
  last(): Kept | null {
    const found = read(this.#lasting, KEPT);
    return found === null ? null : parse(found);
  }

  /** Keeps this, and nothing that was kept before. */
  keep(work: Kept): void {
    const longest = Math.max(work.text.length, work.draft?.length ?? 0);
    if (longest <= LONGEST) write(this.#lasting, KEPT, JSON.stringify(work));
  }

  /** Keeps nothing. */
  forget(): void {
    write(this.#lasting, KEPT, null);
  }

  /** The engine begins to work on a text; a page that ends now was stopped by it. */
  begins(text: string): void {
    write(this.#tab, RUNNING, digest(text));
  }

  /** The engine has ended its work, and the page is still there. */
  ends(): void {
    if (read(this.#tab, RUNNING) === read(this.#tab, STOPPED)) write(this.#tab, STOPPED, null);
    write(this.#tab, RUNNING, null);
  }

  /** Whether the page ended at this text the last time. */
  stoppedAt(text: string): boolean {
    return read(this.#tab, STOPPED) === digest(text);
  }
}

/** A storage of the browser, if it is not refused. */
export function shelf(which: 'localStorage' | 'sessionStorage'): Shelf | null {
  try {
    return window[which];
  } catch {
    return null;
  }
}

function read(shelf: Shelf | null, key: string): string | null {
  try {
    return shelf?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function write(shelf: Shelf | null, key: string, value: string | null): void {
  try {
    if (value === null) shelf?.removeItem(key);
    else shelf?.setItem(key, value);
  } catch {
    // Full or refused: the work is still in the page.
  }
}

function parse(found: string): Kept | null {
  try {
    const { title, text, draft } = JSON.parse(found) as Record<string, unknown>;
    if (typeof title !== 'string' || typeof text !== 'string') return null;
    return { title, text, draft: typeof draft === 'string' ? draft : null };
  } catch {
    return null;
  }
}
