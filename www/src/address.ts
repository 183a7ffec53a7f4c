/** What stands behind `#` in the address, and whether the stage is still what it says. */
import { formatHash, type Look } from './hash';

/** What the store needs of the browser. */
export interface Surroundings {
  /** Changes the address, and leaves the old one in the history if `push`. */
  writeHash(hash: string, push: boolean): void;
  /** The address without its fragment. */
  base(): string;
  /** Rejects where the browser refuses. */
  copy(text: string): Promise<void>;
}

/** How an address is written: not at all, over the one before, or behind it in the history. */
export type Written = 'silent' | 'replace' | 'push';

/** How long things must be calm before the address follows the stage, in milliseconds. */
const CALM = 500;

export class AddressLine {
  /** `g=NAME` or a payload; nothing before the first scenario. */
  #head = '';
  #current = true;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  readonly #write: Surroundings['writeHash'];
  readonly #look: () => Look;

  /** `write` changes the address; `look` is what is looked at. */
  constructor(write: Surroundings['writeHash'], look: () => Look) {
    this.#write = write;
    this.#look = look;
  }

  /** Whether it says what is on the stage. */
  get current(): boolean {
    return this.#current;
  }

  /** It says what is on the stage from now on. */
  says(head: string, how: Written = 'replace'): void {
    const push = how === 'push' && head !== this.#head;
    this.#head = head;
    this.#current = true;
    if (how !== 'silent') this.write(push);
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
  write(push = false): void {
    if (this.#head) this.#write(this.hash(), push);
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
