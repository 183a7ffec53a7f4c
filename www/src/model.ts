/** Everything the page shows, in one value that is replaced and never changed. */

import type { Written } from './address';
import type { Fork } from './forks';
import type { Guide, Panel } from './hash';
import { type History, NO_HISTORY } from './history';
import type { Kept } from './keep';
import type { NoLink } from './link';
import type { PoolView } from './pool';
import type {
  Catalogue,
  Diagnostic,
  ExplorationView,
  ScenarioView,
  StateView,
  StepView,
} from './protocol';

/** A message across the page, with what can be done about it. */
export type Notice =
  | { kind: 'bad_link'; why: string; raw: string }
  | { kind: 'lost'; why: string; doing: string }
  | { kind: 'refused'; diagnostics: readonly Diagnostic[] }
  /** Why it has no text, or what is wrong with its text, which stands in the editor. */
  | { kind: 'bad_file'; name: string; why: string | readonly Diagnostic[] }
  /** The outcomes are not those of the link. */
  | { kind: 'changed' }
  /** After an edit: why the schedule of the text does not run any more. */
  | { kind: 'unscheduled'; why: string }
  /** After a change of kernel: what could not be played, and the reader's own steps, if any. */
  | { kind: 'unplayed'; kernel: string; why: string; steps: string | null }
  /** The reader's work of before, which does not stand on the page. */
  | { kind: 'kept'; kept: Kept }
  /** The page ended at this text the last time, so it was not opened again. */
  | { kind: 'stopped'; opening: Opening };

/** A text to be opened, and what the address says of it. */
export interface Opening {
  text: string;
  head: string;
  entry: string | null;
  at: number | null;
  view: Panel | null;
  guide: Guide | null;
  outcomes?: string;
  how: Written;
}

/** A search, and whether the reader stopped it. */
export interface Search {
  view: ExplorationView;
  stopped: boolean;
  /** How fast it is, once that can be told. */
  statesPerSecond: number | null;
}

/** What is passed on. */
export interface Shared {
  link: { url: string } | NoLink;
  /** The link is on the clipboard; null where nobody has asked for that. */
  copied: boolean | null;
}

/** What belongs to a page, a pageblock, a process; one field of it, or all. */
export interface Word {
  readonly subject: string;
  readonly field: string | null;
}

/** What the page shows. */
export interface Model {
  readonly catalogue: Catalogue | null;
  /** The gallery scenario that the stage came from. */
  readonly entry: string | null;
  /** The text that the engine has. */
  readonly text: string;
  /** The texts before and after it. */
  readonly history: History;
  /** Edits of it that are not applied. */
  readonly draft: string | null;
  /** Edits that stood in the editor when another scenario was opened. */
  readonly stash: string | null;
  /** What is wrong with the draft. */
  readonly diagnostics: readonly Diagnostic[];
  readonly scenario: ScenarioView | null;
  readonly trace: readonly StepView[];
  /** It is not the schedule of the text. */
  readonly ownTrace: boolean;
  /** Where the trace ends with a loop that may go on for ever: how many steps lead to it. */
  readonly loopFrom: number | null;
  readonly state: StateView | null;
  /** The futures that steps from the past have left, the newest first. */
  readonly forks: readonly Fork[];
  readonly search: Search | null;
  /** Searches of this text that are done, by kernel. */
  readonly searched: readonly ExplorationView[];
  /** The text as it was opened: what changes the kernel on the stage changes what claims are about. */
  readonly opened: { readonly text: string; readonly scenario: ScenarioView } | null;
  /** The searches under the other kernels of the claims, side by side. */
  readonly pool: PoolView | null;
  /** The outcomes are hidden until the reader has said which there are. */
  readonly predicting: boolean;
  readonly playing: boolean;
  readonly stepsPerSecond: number;
  /** The page whose ledger is open; none to follow the steps. */
  readonly page: number | null;
  /** Whose history is open. */
  readonly word: Word | null;
  readonly panel: Panel;
  /** What leads through the scenario; `here` where it begins at the step on the stage. */
  readonly guide: { readonly kind: Guide; readonly here: boolean } | null;
  /** The digest of the outcomes that the link says this text has. */
  readonly promised: string | null;
  readonly notice: Notice | null;
  readonly shared: Shared | null;
  /** What a screen reader is told. */
  readonly spoken: string;
}

/** Before anything is known. */
export const EMPTY: Model = {
  catalogue: null,
  entry: null,
  text: '',
  history: NO_HISTORY,
  draft: null,
  stash: null,
  diagnostics: [],
  scenario: null,
  trace: [],
  ownTrace: false,
  loopFrom: null,
  state: null,
  forks: [],
  search: null,
  searched: [],
  opened: null,
  pool: null,
  predicting: false,
  playing: false,
  stepsPerSecond: 2,
  page: null,
  word: null,
  panel: 'lanes',
  guide: null,
  promised: null,
  notice: null,
  shared: null,
  spoken: '',
};
