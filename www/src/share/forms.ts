/** The forms in which a race is passed on: what the share menu offers. */
import { herdText } from '../herd';
import type { Model } from '../model';
import { count } from '../wording';
import { documented, exported } from './engine';
import { pngOf } from './png';

/** Why a form cannot be made, and what helps. */
export interface Lack {
  why: string;
  offer: 'explore' | 'save' | null;
}

/** One form. */
export interface Form {
  /** As `pagerace export --as` has it, where it has it. */
  name: string;
  label: string;
  /** What is made, of one of the parts if there are any; `lacks` has said that nothing is missing. */
  make(model: Model, part: string): Promise<string | Blob>;
  /** What it can show, with their names for the reader; the first one if nothing is chosen. */
  parts?: readonly (readonly [string, string])[];
  /** What is missing; nothing where this is left out. */
  lacks?(model: Model): Lack | null;
  /** A sentence or two about what was made. */
  note?(model: Model, made: string | Blob): string;
  /** Long lines are broken in the preview. */
  wraps?: boolean;
  /** How the name of its file ends. */
  extension: string;
  mime: string;
}

/** From here on some programs cut links (chats, old mail programs). */
const LONG_LINK = 2_000;

const urlOf = ({ shared }: Model): string =>
  shared && 'url' in shared.link ? shared.link.url : '';

const PARTS = [
  ['timeline', 'timeline'],
  ['memory', 'memory at the cursor'],
  ['both', 'both'],
] as const;

/** Of a picture: the machine as it is at the cursor. */
const shown = ({ state }: Model, picture: string) => ({ picture, at: String(state?.cursor ?? 0) });

/** In the order of the menu. */
export const FORMS: readonly Form[] = [
  {
    name: 'link',
    label: 'Link',
    make: async (model) => urlOf(model),
    lacks: ({ shared }) =>
      shared && 'why' in shared.link
        ? {
            why: `There is no link: ${shared.link.why}. Save the scenario as a file; who drops it on this page has the same race.`,
            offer: 'save',
          }
        : null,
    note: ({ draft }, made) => lengthOf(String(made)) + about(String(made), draft !== null),
    wraps: true,
    extension: 'link.txt',
    mime: 'text/plain',
  },
  {
    name: 'toml',
    label: 'Scenario',
    make: async ({ draft, text }) => draft ?? text,
    note: ({ draft }) =>
      draft === null
        ? 'The whole scenario with its schedule. A file of it opens by being dropped on the page.'
        : 'As it stands in the editor, with the edits that are not applied.',
    extension: 'toml',
    mime: 'application/toml',
  },
  {
    name: 'ascii',
    label: 'Timeline',
    make: (model) => exported(model, 'ascii'),
    note: () => 'As kernel commit messages draw it: ASCII, 75 columns.',
    extension: 'txt',
    mime: 'text/plain',
  },
  {
    name: 'outcomes',
    label: 'Outcomes',
    make: async ({ entry, scenario, search }) =>
      search ? herdText(entry ?? scenario?.title ?? '', search.view) : '',
    lacks: ({ predicting, search }) => {
      if (predicting) return { why: 'The outcomes are yours to predict first.', offer: null };
      if (search) return null;
      return {
        why: 'The outcomes are known once every interleaving is explored.',
        offer: 'explore',
      };
    },
    note: () => 'In the words of herd7. Each outcome counts once, not each execution that ends so.',
    extension: 'outcomes.txt',
    mime: 'text/plain',
  },
  {
    name: 'svg',
    label: 'SVG',
    parts: PARTS,
    make: (model, part) => exported(model, 'svg', shown(model, part)),
    note: () =>
      'One file that needs no other, light or dark as its reader has it. The copy is its text.',
    extension: 'svg',
    mime: 'image/svg+xml',
  },
  {
    name: 'png',
    label: 'PNG',
    parts: PARTS,
    make: async (model, part) =>
      pngOf(await exported(model, 'svg', { ...shown(model, part), theme: 'light' })),
    extension: 'png',
    mime: 'image/png',
  },
  {
    name: 'markdown',
    label: 'Markdown',
    make: (model) => documented(model, 'markdown'),
    note: () => 'Its picture is the SVG, saved beside it.',
    extension: 'md',
    mime: 'text/markdown',
  },
  {
    name: 'rst',
    label: 'RST',
    make: (model) => documented(model, 'rst'),
    note: () => 'For the kernel’s Documentation/. Its picture is the SVG, saved beside it.',
    extension: 'rst',
    mime: 'text/x-rst',
  },
  {
    name: 'html',
    label: 'HTML',
    make: (model) => exported(model, 'html'),
    note: () => 'A page that needs no other file.',
    extension: 'html',
    mime: 'text/html',
  },
  {
    name: 'json',
    label: 'JSON',
    make: (model) => exported(model, 'json'),
    note: () => 'The trace for programs; docs/trace.schema.json says what is in it.',
    extension: 'json',
    mime: 'application/json',
  },
];

function lengthOf(link: string): string {
  const characters = count(link.length, 'character');
  return link.length > LONG_LINK
    ? `${characters}: some chats and mail programs cut links above ${LONG_LINK.toLocaleString('en-US')}. A file is never cut.`
    : `${characters}.`;
}

function about(link: string, hasEdits: boolean): string {
  const what = link.includes('#g=')
    ? ' It names the scenario of the gallery.'
    : ' Scenario and schedule stand after the #, which browsers send to no server.';
  return hasEdits ? `${what} Edits that are not applied are not in it.` : what;
}
