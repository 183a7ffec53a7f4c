/** Searches a scenario for data races, on a thread of its own that can be thrown away. */
import init, { races } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';
import type { RacesView } from './protocol';

/** What the page posts. */
export interface ToRaces {
  text: string;
  maxStates: number;
}

/** The one answer. */
export type FromRaces = { found: RacesView } | { why: string };

const ready = init({ module_or_path: wasm });
ready.catch(() => {});

const answer = (message: FromRaces): void => self.postMessage(message);

self.onmessage = async ({ data: { text, maxStates } }: MessageEvent<ToRaces>) => {
  try {
    await ready;
    answer({ found: races(text, maxStates) as RacesView });
  } catch (error) {
    answer({ why: String(error) });
  }
};
