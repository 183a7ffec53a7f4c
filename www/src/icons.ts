/** Icons as paths: no font has to know them. */
import { html, svg, type TemplateResult } from 'lit';

const PATHS = {
  first: 'M5 4v12M16 4l-8 6 8 6z',
  back: 'M13 4l-8 6 8 6z',
  play: 'M6 4l10 6-10 6z',
  pause: 'M6 4v12M14 4v12',
  forward: 'M7 4l8 6-8 6z',
  last: 'M15 4v12M4 4l8 6-8 6z',
  previousSwitch: 'M17 6h-4L9 14H3M6 11l-3 3 3 3',
  nextSwitch: 'M3 6h4l4 8h6M14 11l3 3-3 3',
  link: 'M8.5 11.5a3 3 0 004.2 0l3-3a3 3 0 00-4.2-4.2l-1 1M11.500 8.500a3 3 0 00-4.200 0l-3 3a3 3 0 004.200 4.200l1-1',
  sun: 'M10 6.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM10 1.500v2M10 16.500v2M1.500 10h2M16.500 10h2M4 4l1.400 1.400M14.600 14.600L16 16M4 16l1.400-1.400M14.600 5.400L16 4',
  moon: 'M16 12.500A7 7 0 017.500 4 6.500 6.500 0 1016 12.500z',
  system: 'M10 3a7 7 0 100 14zM10 3a7 7 0 010 14',
  broken: 'M6.500 2h7L18 6.500v7L13.500 18h-7L2 13.500v-7zM7 7l6 6M13 7l-6 6',
  holds: 'M4 10.500l4 4 8-9',
  unknown: 'M5 10h10',
  interrupt: 'M11 2L5 11h4l-1 7 7-10h-5z',
  drain: 'M3 3h9M3 6.500h9M3 10h9M14 3.500v12M10.500 12.500l3.500 4 3.500-4',
  call: 'M2 10h9M7.500 6l4 4-4 4M16 3v14',
  undo: 'M8 4L4 8l4 4M4 8h7a5 5 0 010 9H8',
  redo: 'M12 4l4 4-4 4M16 8H9a5 5 0 000 9h3',
  close: 'M5 5l10 10M15 5L5 15',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

const FILLED: readonly IconName[] = ['first', 'back', 'play', 'forward', 'last', 'interrupt'];

/** An icon of 1.15em; what it means stands beside it or in the button's label. */
export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon ${FILLED.includes(name) ? 'filled' : ''}" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${svg`<path d=${PATHS[name]}></path>`}</svg>`;
