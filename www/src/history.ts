/** The texts that stood on the page, so that every edit can be taken back. */

/** One text, and the gallery scenario that it is, if it is one. */
export interface Version {
  readonly text: string;
  readonly entry: string | null;
}

/** Versions before and after the one at hand. */
export interface History {
  readonly past: readonly Version[];
  readonly now: Version | null;
  readonly future: readonly Version[];
}

/** Nothing was written yet. */
export const NO_HISTORY: History = { past: [], now: null, future: [] };

/** How many versions are kept. */
const MOST = 200;

/** A new version stands on the page: what was undone before is given up. */
export function recorded({ past, now, future }: History, next: Version): History {
  if (now?.text === next.text) return { past, now: next, future };
  const before = now ? [...past, now].slice(-MOST) : past;
  return { past: before, now: next, future: [] };
}

/** The version at hand says the same in other words: its schedule has become that of the trace. */
export const amended = (history: History, text: string): History =>
  history.now ? { ...history, now: { ...history.now, text } } : history;

/** One version back, or forward; null where there is none. */
export function turned({ past, now, future }: History, back: boolean): History | null {
  const next = back ? past.at(-1) : future[0];
  if (!next || !now) return null;
  return back
    ? { past: past.slice(0, -1), now: next, future: [now, ...future] }
    : { past: [...past, now], now: next, future: future.slice(1) };
}
