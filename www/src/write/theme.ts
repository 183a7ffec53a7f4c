/** The editor in the page's colours. Where a colour says something, the text says it too. */
import { EditorView } from '@codemirror/view';

const tooltip = {
  maxWidth: 'min(34rem, calc(100vw - 24px))',
  color: 'var(--ink)',
  background: 'var(--raised)',
  border: '1px solid var(--strong-line)',
  borderRadius: 'var(--radius)',
  boxShadow: '0 4px 16px light-dark(#0002, #0008)',
};

/** Sizes as of the plain text field, which it replaces. */
export const theme = EditorView.theme({
  '&': {
    height: 'var(--field-height)',
    marginTop: '10px',
    overflow: 'hidden',
    resize: 'vertical',
    color: 'var(--ink)',
    background: 'var(--raised)',
    border: '1px solid var(--strong-line)',
    borderRadius: 'var(--radius)',
    fontSize: 'var(--field-font)',
  },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '2px' },
  '&.wrong': { borderColor: 'var(--bad)', borderWidth: '2px' },
  '.cm-scroller': { font: 'inherit', fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    color: 'var(--faint)',
    background: 'var(--raised)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-gutter-lint': { width: '1.2em' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 0.15em' },
  '.cm-lint-marker': { width: '0.9em', height: '0.9em' },
  '.cm-lint-marker-error': { content: 'none', color: 'var(--bad)', fontWeight: '700' },
  '.cm-lint-marker-error::before': { content: '"✕"' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--now) 45%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection':
    { background: 'light-dark(#b9d8f2, #2b4a66)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    background: 'none',
    outline: '1px solid var(--strong-line)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '0.2em',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintPoint-error::after': { borderBottomColor: 'var(--bad)' },
  '.cm-tooltip': tooltip,
  '.cm-tooltip .cm-diagnostic': { padding: '5px 10px', borderLeftColor: 'var(--bad)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '1.5' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--on-primary)',
    background: 'var(--primary)',
  },
  '.cm-completionDetail': { fontStyle: 'normal', fontFamily: 'var(--sans)', opacity: '0.85' },
  '.cm-completionMatchedText': { fontWeight: '700' },
  '.cm-completionInfo': { padding: '0', maxWidth: '26rem' },
  '.cm-snippetField': { background: 'var(--now)' },
  '.w-help': {
    padding: '7px 10px',
    font: 'var(--small) / 1.45 var(--sans)',
    maxHeight: '20em',
    overflow: 'auto',
  },
  '.w-help code': { fontFamily: 'var(--mono)', fontWeight: '700' },
  '.w-help p, .w-help dl, .w-help dd': { margin: '0' },
  '.w-help dt': { marginTop: '4px', fontFamily: 'var(--mono)' },
  '.w-help dd': { paddingLeft: '2ch', color: 'var(--soft)' },
  '.cm-panels': {
    color: 'var(--ink)',
    background: 'var(--sunken)',
    borderColor: 'var(--line)',
  },
  '.cm-panel.cm-search': { fontSize: 'var(--small)' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button': {
    font: 'inherit',
    color: 'var(--ink)',
    background: 'var(--button)',
    border: '1px solid var(--strong-line)',
    minHeight: '26px',
  },
  '.cm-panel.cm-search [name=close]': { border: 'none', background: 'none', minWidth: '26px' },
  '.cm-searchMatch': { background: 'var(--now)', outline: '1px solid var(--now-line)' },
  '.cm-searchMatch-selected': { outlineWidth: '2px' },

  '.w-comment': { color: 'var(--soft)', fontStyle: 'italic' },
  '.w-head': { fontWeight: '700' },
  '.w-key': { color: 'var(--cpu3)' },
  '.w-string': { color: 'var(--good)' },
  '.w-number': { color: 'var(--cpu1)' },
  '.w-call': { color: 'var(--link)', fontWeight: '600' },
  '.w-flag': { color: 'var(--cpu4)' },
  '.w-word': { color: 'var(--cpu3)' },
  '.w-result': { color: 'var(--ink)', fontWeight: '600' },
  '.w-name': { color: 'var(--ink)' },
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].map((cpu) => [
      `.w-cpu${cpu}`,
      { color: `var(--cpu${cpu})`, fontWeight: '600' },
    ]),
  ),
  '@media (max-width: 700px)': {
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '9px 8px' },
    '.cm-panel.cm-search input, .cm-panel.cm-search button': { minHeight: '44px' },
  },
  '@media print': {
    '.cm-scroller': { overflow: 'visible' },
  },
});
