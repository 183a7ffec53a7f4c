/** What stands behind `#` in the address, and whether the stage is still what it says. */
import { formatHash, type Look } from './hash';

/** What the store needs of the browser. */
export interface Surroundings {
  /** Replaces the address without a new history entry. */
  replaceHash(hash: string): void;
  /** The address without its fragment. */
  base(): string;
  /** Rejects where the browser refuses. */
  copy(text: string): Promise<void>;
}

/** How long things must be calm before the address follows the stage, in milliseconds. */
const CALM = 500;

export class AddressLine {
  /** `g=NAME` or a payload; nothing before the first scenario. */
  #head = '';
  #current = true;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  readonly #replace: (hash: string) => void;
  readonly #look: () => Look;

  /** `replace` changes the address without a new history entry; `look` is what is looked at. */
  constructor(replace: (hash: string) => void, look: () => Look) {
    this.#replace = replace;
    this.#look = look;
  }

  /** Whether it says what is on the stage. */
  get current(): boolean {
    return this.#current;
  }

  /** It says what is on the stage from now on; `write` unless it stands there already. */
  says(head: string, write = true): void {
    this.#head = head;
    this.#current = true;
    if (write) this.write();
  }

  /** The stage has left what it says. */
  left(): void {
    this.#current = false;
  }

  /** The fragment for a link. */
  hash(): string {
    return formatHash(this.#head, this.#look());
  }

  /** Writes it out, with what is looked at. */
  write(): void {
    if (this.#head) this.#replace(this.hash());
  }

  /** Calls once things are calm; an earlier call that still waits is forgotten. */
  soon(call: () => void): void {
    this.hold();
    this.#waiting = setTimeout(call, CALM);
  }

  /** Forgets a call that waits. */
  hold(): void {
    clearTimeout(this.#waiting);
  }
}
