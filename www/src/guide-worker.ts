/** Reads tours and challenges, and judges, on a thread of its own that can be thrown away. */
import init, { guide, judge } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';
import type { GuideView, JudgedView } from './protocol';

/** What the page posts; `given` to judge. */
export interface ToGuide {
  text: string;
  given: string | null;
}

/** The one answer. */
export type FromGuide = { guide: GuideView } | { judged: JudgedView } | { why: string };

const MOST_STATES = 1_000_000;

const ready = init({ module_or_path: wasm });
ready.catch(() => {});

const answer = (message: FromGuide): void => self.postMessage(message);

self.onmessage = async ({ data: { text, given } }: MessageEvent<ToGuide>) => {
  try {
    await ready;
    if (given === null) answer({ guide: guide(text) as GuideView });
    else answer({ judged: judge(given, text, MOST_STATES) as JudgedView });
  } catch (error) {
    answer({ why: String(error) });
  }
};
