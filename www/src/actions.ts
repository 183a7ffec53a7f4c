/** What the elements ask for. They send nothing else up, and get properties down. */
import type { Guide, Panel } from './hash';
import type { Opening, Word } from './model';
import type { ClaimedKernel, StopView } from './protocol';
import type { Theme } from './theme';

/** A text that the composer has made. */
export interface Composed {
  text: string;
  /** What was done to it. */
  said: string;
  /** It is another scenario. */
  fresh?: boolean;
}

/** One wish of the reader. */
export type Action =
  | { type: 'step'; choice: string }
  | { type: 'seek'; cursor: number }
  | { type: 'back' | 'forward' | 'start' | 'end' }
  | { type: 'previous_switch' | 'next_switch' | 'next_break' }
  | { type: 'play_pause' }
  | { type: 'speed'; stepsPerSecond: number }
  | { type: 'bring_back'; fork?: number; cursor?: number }
  /** Put the step of a number, or the one at the cursor, so many places later. */
  | { type: 'move'; by: number; step?: number }
  /** Of a page, or the one that is shown. */
  | { type: 'next_change' | 'previous_change'; pfn?: number }
  | { type: 'history'; word: Word | null }
  | { type: 'explore'; maxStates?: number }
  | { type: 'sample'; strategy: 'pct' | 'random'; depth: number; seed: number; runs: number }
  | { type: 'cancel' | 'go_on' }
  | { type: 'search_kernels'; text: string; kernels: readonly ClaimedKernel[] }
  | { type: 'cancel_kernels' }
  | { type: 'witness'; schedule: string }
  /** With a schedule, it is played there instead of the trace. */
  | { type: 'kernel'; base: string; toggles: { [key in string]: string }; schedule?: string }
  /** Whether outcomes are to be guessed before they are shown. */
  | { type: 'predict'; on: boolean }
  | { type: 'gallery'; name: string }
  | { type: 'edit'; text: string }
  | ({ type: 'compose' } & Composed)
  | { type: 'undo' | 'redo' }
  /** A scenario to begin with; and the text without its schedule. */
  | { type: 'new' | 'unschedule' }
  | { type: 'apply' | 'revert' | 'unstash' | 'drop_stash' }
  /** The share menu; and the link alone, at once. */
  | { type: 'share' | 'copy_link' | 'close_share' }
  /** A scenario from a file: to be chosen, or given. */
  | { type: 'pick_file' }
  | { type: 'open_files'; files: readonly File[] }
  | { type: 'restart'; keepTrace: boolean }
  | { type: 'dismiss' | 'take_up' | 'forget' }
  | { type: 'open_anyway'; opening: Opening }
  | { type: 'select_page'; pfn: number | null }
  | { type: 'panel'; panel: Panel }
  | { type: 'goto_text'; line: number; column: number }
  | { type: 'guide'; guide: Guide | null }
  | { type: 'visit'; stop: StopView }
  /** The patch bench, with a function on it. */
  | { type: 'bench'; function: string | null }
  | { type: 'theme'; theme: Theme }
  /** The table of keys; all scenarios; and what the engine says of toggles and operations. */
  | { type: 'help' | 'browse' | 'catalogue' };

/** The one event that goes up. */
export const REQUEST = 'pagerace-request';

/** Sends a wish up from an element. */
export function request(from: EventTarget, action: Action): void {
  from.dispatchEvent(
    new CustomEvent<Action>(REQUEST, { detail: action, bubbles: true, composed: true }),
  );
}

declare global {
  interface HTMLElementEventMap {
    'pagerace-request': CustomEvent<Action>;
  }
}
