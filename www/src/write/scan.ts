/**
 * A scenario text as words with their places: what stands where, also in a text that is half
 * written. It decides nothing about right and wrong; the engine does.
 */

/** One word of the text. */
export interface Word {
  kind: 'comment' | 'head' | 'key' | 'string' | 'value';
  from: number;
  to: number;
  /** The head that it stands under, as written: `[[cpu]]`; '' before the first. */
  head: string;
  /** The keys that lead to it, itself included where it is one: `sometimes`, `breaks`. */
  path: readonly string[];
  /** Of a string: where its content starts and ends. */
  inside?: readonly [number, number];
}

/** What is open around a place: the keys that lead to it, and where a key may come next. */
export interface Around {
  head: string;
  path: readonly string[];
  /** Whether a key, and not a value, comes next. */
  key: boolean;
}

interface Frame {
  kind: 'array' | 'table';
  path: readonly string[];
}

const HEAD = /\[\[?[^[\]"'\n]*\]?\]?/y;
const KEY = /[\w-]+|"[^"\n]*"?|'[^'\n]*'?/y;
const VALUE = /[^\s,\]}#"']+/y;
/** A head at the start of a line ends what was never closed. */
const NEXT_HEAD = /\[\[?[\w.-]+\]\]?[ \t]*(#.*)?(?=\n|$)/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Where a string ends that starts with a quote, and what stands in it. */
function stringAt(text: string, from: number): { to: number; inside: [number, number] } {
  const quote = text[from] ?? '';
  const long = text.startsWith(quote.repeat(3), from);
  const mark = long ? quote.repeat(3) : quote;
  const start = from + mark.length;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === '\n' && !long) return { to: at, inside: [start, at] };
    else if (text.startsWith(mark, at)) return { to: at + mark.length, inside: [start, at] };
  }
  return { to: text.length, inside: [start, text.length] };
}

/** The scanner itself: one pass, no look back. */
class Scanner {
  readonly words: Word[] = [];
  #at = 0;
  #head = '';
  #frames: Frame[] = [];
  #path: readonly string[] = [];
  #key = true;

  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  around(): Around {
    return { head: this.#head, path: this.#path, key: this.#key };
  }

  run(): this {
    while (this.#at < this.text.length) this.#next();
    return this;
  }

  #next(): void {
    const { text } = this;
    const from = this.#at;
    const c = text[from] ?? '';
    const atStart = from === 0 || text[from - 1] === '\n';
    if (atStart && c === '[' && this.#frames.length > 0 && match(NEXT_HEAD, text, from))
      this.#frames = [];
    if (c === '\n') {
      this.#at++;
      if (this.#frames.length === 0) this.#expectKey();
    } else if (c === ' ' || c === '\t' || c === '\r') this.#at++;
    else if (c === '#') {
      const end = text.indexOf('\n', from);
      this.#word('comment', end < 0 ? text.length : end);
    } else if (this.#frames.length === 0 && this.#key && c === '[') {
      const written = match(HEAD, text, from) ?? c;
      this.#head = written.trim();
      this.#path = [];
      this.#word('head', from + written.length);
    } else if (this.#key && match(KEY, text, from)) this.#readKey();
    else this.#readValue(c);
  }

  #expectKey(): void {
    this.#key = true;
    this.#path = this.#frames.at(-1)?.path ?? [];
  }

  #readKey(): void {
    const written = match(KEY, this.text, this.#at) ?? '';
    this.#path = [...this.#path, written.replace(/^["']|["']$/g, '')];
    this.#word('key', this.#at + written.length);
  }

  #readValue(c: string): void {
    const top = this.#frames.at(-1);
    if (c === '"' || c === "'") {
      const { to, inside } = stringAt(this.text, this.#at);
      this.#word('string', to, inside);
      return;
    }
    if (c === '=' && this.#key) this.#key = false;
    else if (c === '[' || c === '{') {
      this.#frames.push({ kind: c === '[' ? 'array' : 'table', path: this.#path });
      this.#key = c === '{';
    } else if (c === ']' || c === '}') {
      this.#path = this.#frames.pop()?.path ?? [];
      this.#key = false;
    } else if (c === ',') {
      if (top?.kind === 'table') this.#expectKey();
      else this.#path = top?.path ?? [];
    } else if (!this.#key) {
      const written = match(VALUE, this.text, this.#at) ?? c;
      this.#word('value', this.#at + written.length);
      return;
    }
    this.#at++;
  }

  #word(kind: Word['kind'], to: number, inside?: readonly [number, number]): void {
    const word: Word = { kind, from: this.#at, to, head: this.#head, path: this.#path };
    this.words.push(inside ? { ...word, inside } : word);
    this.#at = Math.max(to, this.#at + 1);
  }
}

/** The words of a text, in their order. */
export function scan(text: string): Word[] {
  return new Scanner(text).run().words;
}

/** What is open at a place. */
export function aroundOf(text: string, at: number): Around {
  return new Scanner(text.slice(0, at)).run().around();
}

/** What the strings under a key hold. */
export type Role =
  | 'calls'
  | 'steps'
  | 'map'
  | 'blocks'
  | 'kernel'
  | 'property'
  | 'process'
  | 'patch'
  | 'other';

const ROLES: { [key in string]: Role } = {
  run: 'calls',
  interrupt: 'calls',
  steps: 'steps',
  map: 'map',
  blocks: 'blocks',
  base: 'kernel',
  kernel: 'kernel',
  breaks: 'property',
  process: 'process',
  child_of: 'process',
  patch: 'patch',
};

/** What a string holds, told from its key. */
export const roleOf = (path: readonly string[]): Role => ROLES[path.at(-1) ?? ''] ?? 'other';

/** The names that a text gives to things, for its calls and claims. */
export interface Names {
  mappings: string[];
  areas: string[];
  results: string[];
  processes: string[];
  patches: string[];
  cpus: number;
}

/** Collects them. */
export function namesIn(text: string, words: readonly Word[]): Names {
  const strings = words.flatMap((it) =>
    it.inside ? [{ ...it, content: text.slice(...it.inside) }] : [],
  );
  const under = (role: Role, pattern: RegExp) =>
    strings.flatMap((it) => {
      const name = roleOf(it.path) === role ? pattern.exec(it.content)?.[1] : undefined;
      return name === undefined ? [] : [name];
    });
  const named = (head: string) =>
    strings
      .filter((it) => it.head === head && it.path.join('.') === 'name')
      .map((it) => it.content);
  const unique = (names: string[]) => [...new Set(names)];
  return {
    mappings: unique(under('map', /^\s*(\w+)\s*=/)),
    areas: unique(under('blocks', /^cma:(\w+)$/)),
    results: unique(under('calls', /^\s*(\w+)\s*=/)),
    processes: unique(named('[[process]]')),
    patches: unique(named('[[patch]]')),
    cpus: words.filter((it) => it.kind === 'head' && it.head === '[[cpu]]').length,
  };
}
