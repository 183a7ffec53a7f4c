/** The keyboard: one table for the handler and for the help. */
import type { Action } from './actions';

/** One key of the table. */
export interface Key {
  /** As `KeyboardEvent.key` gives it. */
  key: string;
  shift?: boolean;
  /** With Ctrl, or Cmd. */
  ctrl?: boolean;
  alt?: boolean;
  /** As a reader sees it. */
  shown: string;
  /** What it does. */
  does: string;
  action: Action | null;
}

/** Keys apart from the digits, which step the CPU of that number. */
export const KEYS: readonly Key[] = [
  { key: 'ArrowLeft', shown: '←', does: 'one step back', action: { type: 'back' } },
  {
    key: 'ArrowRight',
    shown: '→',
    does: 'one step forward in the trace',
    action: { type: 'forward' },
  },
  {
    key: 'ArrowLeft',
    shift: true,
    shown: 'Shift ←',
    does: 'previous context switch',
    action: { type: 'previous_switch' },
  },
  {
    key: 'ArrowRight',
    shift: true,
    shown: 'Shift →',
    does: 'next context switch',
    action: { type: 'next_switch' },
  },
  {
    key: 'ArrowLeft',
    alt: true,
    shown: 'Alt ←',
    does: 'the step at the cursor one place earlier',
    action: { type: 'move', by: -1 },
  },
  {
    key: 'ArrowRight',
    alt: true,
    shown: 'Alt →',
    does: 'the step at the cursor one place later',
    action: { type: 'move', by: 1 },
  },
  {
    key: '[',
    shown: '[',
    does: 'previous change of the page',
    action: { type: 'previous_change' },
  },
  { key: ']', shown: ']', does: 'next change of the page', action: { type: 'next_change' } },
  { key: 'Home', shown: 'Home', does: 'to the start', action: { type: 'start' } },
  { key: 'End', shown: 'End', does: 'to the end of the trace', action: { type: 'end' } },
  { key: ' ', shown: 'Space', does: 'play or pause', action: { type: 'play_pause' } },
  { key: 'n', shown: 'n', does: 'next broken property', action: { type: 'next_break' } },
  { key: 'x', shown: 'x', does: 'explore every interleaving', action: { type: 'explore' } },
  { key: 'g', shown: 'g', does: 'the gallery', action: { type: 'browse' } },
  {
    key: 's',
    shown: 's',
    does: 'share: link, text, timeline, pictures, to be copied or saved',
    action: { type: 'share' },
  },
  { key: 'c', shown: 'c', does: 'copy a link to this race', action: { type: 'copy_link' } },
  { key: 'o', shown: 'o', does: 'open a scenario file', action: { type: 'pick_file' } },
  { key: 'z', ctrl: true, shown: 'Ctrl Z', does: 'undo an edit', action: { type: 'undo' } },
  {
    key: 'z',
    ctrl: true,
    shift: true,
    shown: 'Ctrl Shift Z',
    does: 'redo it',
    action: { type: 'redo' },
  },
  { key: '?', shown: '?', does: 'this table', action: { type: 'help' } },
  { key: 'Escape', shown: 'Esc', does: 'close', action: null },
];

/** What a key means, given where the focus is; null leaves the key to the browser. */
export function actionOf(event: KeyboardEvent): Action | null {
  if (event.isComposing || event.defaultPrevented) return null;
  const wanted = event.ctrlKey || event.metaKey;
  const target = event.composedPath()[0];
  if (wanted ? writes(target) : takesKey(target, event.key)) return null;
  const plain = !wanted && !event.altKey;
  if (plain && /^[0-7]$/.test(event.key)) return { type: 'step', choice: event.key };
  const needsNoShift = event.key !== '?';
  const pressed = wanted ? event.key.toLowerCase() : event.key;
  const found = KEYS.find(
    ({ key, shift = false, ctrl = false, alt = false }) =>
      key === pressed &&
      ctrl === wanted &&
      alt === event.altKey &&
      (!needsNoShift || shift === event.shiftKey),
  );
  return found?.action ?? null;
}

/** Whether the element in focus is one to write in, which has an undo of its own. */
const writes = (target: EventTarget | undefined): boolean =>
  !(target instanceof HTMLSelectElement) && takesKey(target, 'z');

/** Whether the element in focus has its own use for a key. */
function takesKey(target: EventTarget | undefined, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    if (target.type === 'range') return false;
    if (target.type === 'radio' || target.type === 'checkbox')
      return key === ' ' || key.startsWith('Arrow');
    return true;
  }
  if (key === ' ') return target.matches('button, summary, a[href]');
  return false;
}
