// Generated from crate/src/view/protocol.rs by its tests; do not edit by hand.

/**
 * What the page may ask for.
 */
export type Request =
  | { type: 'catalogue' }
  | { type: 'open'; text: string }
  | { type: 'kernel'; base: string; toggles: { [key in string]?: string } }
  | { type: 'step'; choice: string }
  | { type: 'seek'; cursor: number }
  | { type: 'play'; schedule: string }
  | { type: 'explore'; max_states: number }
  | { type: 'advance'; fuel: number }
  | { type: 'share' }
  | { type: 'decode'; payload: string };

/**
 * What the engine answers.
 */
export type Reply =
  | ({ type: 'catalogue' } & Catalogue)
  | {
      type: 'opened';
      text: string;
      scenario: ScenarioView;
      trace: Array<StepView>;
      state: StateView;
    }
  | { type: 'played'; trace: Array<StepView>; state: StateView }
  | { type: 'moved'; state: StateView }
  | ({ type: 'explored' } & ExplorationView)
  | { type: 'shared'; payload: string; text: string }
  | { type: 'decoded'; text: string }
  | { type: 'refused'; diagnostics: Array<Diagnostic> };

/**
 * One complaint about a text.
 */
export type Diagnostic = {
  /**
   * Line, from 1; 0 where the whole text is meant.
   */
  line: number;
  /**
   * Column, from 1, in characters; 0 where the whole line is meant.
   */
  column: number;
  /**
   * What is wrong, one sentence.
   */
  message: string;
  /**
   * What was probably meant, or what would be right.
   */
  hint: string | null;
};

/**
 * What exists to choose from.
 */
export type Catalogue = {
  /**
   * The operations of timelines.
   */
  operations: Array<OperationHelp>;
  /**
   * The kernel presets.
   */
  kernels: Array<KernelHelp>;
  /**
   * The toggles.
   */
  toggles: Array<ToggleHelp>;
};

/**
 * One operation that a timeline can name.
 */
export type OperationHelp = {
  /**
   * The kernel function.
   */
  name: string;
  /**
   * How it is written: `cma_alloc(area, count)`.
   */
  signature: string;
  /**
   * What it does.
   */
  help: string;
  /**
   * Its parameters: name and help.
   */
  params: Array<[string, string]>;
  /**
   * What it returns, in words.
   */
  returns: string;
};

/**
 * One kernel preset.
 */
export type KernelHelp = {
  /**
   * `v5.17`
   */
  name: string;
  /**
   * What sets it apart.
   */
  sentence: string;
  /**
   * The value of every toggle.
   */
  toggles: { [key in string]?: string };
};

/**
 * One toggle.
 */
export type ToggleHelp = {
  /**
   * `pincheck`
   */
  name: string;
  /**
   * What it decides.
   */
  sentence: string;
  /**
   * Its values, each with a sentence.
   */
  values: Array<[string, string]>;
};

/**
 * What does not change while a scenario plays.
 */
export type ScenarioView = {
  /**
   * One line.
   */
  title: string;
  /**
   * Two sentences; may hold Markdown inline marks.
   */
  about: string;
  /**
   * Commits and mails.
   */
  refs: Array<string>;
  /**
   * The kernel's name: preset and the toggles that differ.
   */
  kernel: string;
  /**
   * The preset.
   */
  base: string;
  /**
   * The value of every toggle.
   */
  toggles: { [key in string]?: string };
  /**
   * The properties that are watched.
   */
  properties: Array<PropertyView>;
  /**
   * Every line of a lock section is a step.
   */
  fine: boolean;
};

/**
 * A property that is watched.
 */
export type PropertyView = {
  /**
   * Its name in scenario files.
   */
  name: string;
  /**
   * What it says.
   */
  sentence: string;
  /**
   * What is true when it is broken.
   */
  when_broken: string;
  /**
   * A break means that the model is at fault.
   */
  invariant: boolean;
};

/**
 * One step of the trace.
 */
export type StepView = {
  /**
   * From 1.
   */
  number: number;
  /**
   * The lane.
   */
  cpu: number;
  /**
   * The choice that repeats it: `1` or `1i`.
   */
  choice: string;
  /**
   * The lines ran in the interrupt handler.
   */
  interrupt: boolean;
  /**
   * Another lane moved in the step before.
   */
  context_switch: boolean;
  /**
   * The lines, in order; none where an interrupt is delivered.
   */
  lines: Array<LineView>;
  /**
   * The properties that it was the first to break.
   */
  broke: Array<string>;
  /**
   * One sentence for a reader who cannot see the lanes.
   */
  sentence: string;
};

/**
 * One line that a step ran.
 */
export type LineView = {
  /**
   * The kernel function.
   */
  function: string;
  /**
   * The line's name in it.
   */
  label: string;
  /**
   * The pseudo-code.
   */
  text: string;
  /**
   * How many callers stand above it.
   */
  depth: number;
  /**
   * The functions above it, outermost first, itself last.
   */
  stack: Array<string>;
  /**
   * Which operation of the timeline it belongs to, from 0.
   */
  operation: number;
  /**
   * What it changed.
   */
  changes: Array<ChangeView>;
};

/**
 * One value that changed.
 */
export type ChangeView = {
  /**
   * `page 2`, `pageblock 1`, `zone`, `process B`.
   */
  subject: string;
  /**
   * `_refcount`
   */
  field: string;
  /**
   * Before.
   */
  from: string;
  /**
   * After.
   */
  to: string;
};

/**
 * The machine at the cursor.
 */
export type StateView = {
  /**
   * Steps from the start.
   */
  cursor: number;
  /**
   * Context switches up to here.
   */
  switches: number;
  /**
   * The lanes.
   */
  lanes: Array<LaneView>;
  /**
   * The pageblocks.
   */
  blocks: Array<BlockView>;
  /**
   * The pages.
   */
  pages: Array<PageView>;
  /**
   * The free lists that are not empty.
   */
  free_lists: Array<FreeListView>;
  /**
   * The zone's counters.
   */
  counters: CountersView;
  /**
   * The CMA areas.
   */
  cma: Array<CmaView>;
  /**
   * The processes.
   */
  processes: Array<ProcessView>;
  /**
   * The pin handles.
   */
  pins: Array<PinView>;
  /**
   * The locks that are held or waited for.
   */
  locks: Array<LockView>;
  /**
   * The properties broken up to here.
   */
  findings: Array<FindingView>;
  /**
   * How the execution ended, if nothing can move: `done`, `deadlock`, `BUG`.
   */
  end: string | null;
};

/**
 * One lane at the cursor.
 */
export type LaneView = {
  /**
   * Its number.
   */
  cpu: number;
  /**
   * The process that runs on it.
   */
  process: string | null;
  /**
   * What its task runs.
   */
  operations: Array<OperationView>;
  /**
   * What its interrupt runs.
   */
  handler: Array<OperationView>;
  /**
   * It is in its interrupt handler.
   */
  in_interrupt: boolean;
  /**
   * Interrupts are off.
   */
  irqs_off: boolean;
  /**
   * It can step.
   */
  can_step: boolean;
  /**
   * Why it cannot.
   */
  why_not: string | null;
  /**
   * Its interrupt can be delivered; none without a handler.
   */
  can_interrupt: boolean | null;
  /**
   * Why it cannot be delivered.
   */
  why_no_interrupt: string | null;
  /**
   * The call stack, outermost first; empty at the end.
   */
  stack: Array<FrameView>;
};

/**
 * One operation of a timeline.
 */
export type OperationView = {
  /**
   * As the scenario wrote it.
   */
  text: string;
  /**
   * `waiting`, `running`, `done`.
   */
  progress: string;
  /**
   * What it returned, once done; of a retried call, the last value so far.
   */
  result: string | null;
};

/**
 * One activation on a lane.
 */
export type FrameView = {
  /**
   * The kernel function.
   */
  function: string;
  /**
   * The kernel file and version.
   */
  source: string;
  /**
   * What the model leaves out.
   */
  omits: string;
  /**
   * All lines: label and pseudo-code.
   */
  lines: Array<[string, string]>;
  /**
   * The line that runs next, or that waits for its callee; an index into `lines`.
   */
  current: number;
  /**
   * The locals: name and value.
   */
  locals: Array<[string, string]>;
};

/**
 * One pageblock.
 */
export type BlockView = {
  /**
   * Its number.
   */
  number: number;
  /**
   * Its first page.
   */
  first: number;
  /**
   * How many pages.
   */
  pages: number;
  /**
   * `MIGRATE_CMA`
   */
  migratetype: string;
  /**
   * `C`
   */
  letter: string;
  /**
   * The CMA area that it belongs to.
   */
  area: string | null;
  /**
   * The step at the cursor changed it.
   */
  changed: boolean;
};

/**
 * One page.
 */
export type PageView = {
  /**
   * Its page frame number.
   */
  pfn: number;
  /**
   * `free`, `anon`, `allocated`, `in flight`, `contiguous`, `zero page`.
   */
  kind: string;
  /**
   * Where it is, in the allocator's words.
   */
  place: string;
  /**
   * The order of the free block whose head it is.
   */
  order: number | null;
  /**
   * `page_count`
   */
  refcount: number;
  /**
   * `page_mapcount`
   */
  mapcount: number;
  /**
   * Pins of handles.
   */
  pins: number;
  /**
   * `page_maybe_dma_pinned`
   */
  maybe_dma_pinned: boolean;
  /**
   * Its flags, by name.
   */
  flags: Array<string>;
  /**
   * The mappings that name it: `B:a`.
   */
  mapped_by: Array<string>;
  /**
   * Who holds its references, by the ghost ledger.
   */
  ledger: Array<LedgerView>;
  /**
   * The step at the cursor changed it.
   */
  changed: boolean;
};

/**
 * Some references of a page.
 */
export type LedgerView = {
  /**
   * Who holds them.
   */
  holder: string;
  /**
   * How many.
   */
  refs: number;
};

/**
 * One free list.
 */
export type FreeListView = {
  /**
   * log2 of the pages of each block on it.
   */
  order: number;
  /**
   * `MIGRATE_CMA`
   */
  migratetype: string;
  /**
   * `C`
   */
  letter: string;
  /**
   * The heads, first to last.
   */
  heads: Array<number>;
};

/**
 * The zone's counters against what they count.
 */
export type CountersView = {
  /**
   * `NR_FREE_PAGES`
   */
  nr_free: number;
  /**
   * `NR_FREE_CMA_PAGES`
   */
  nr_free_cma: number;
  /**
   * Pages on lists other than the isolate lists.
   */
  free: number;
  /**
   * Pages on the CMA lists.
   */
  free_cma: number;
  /**
   * `nr_isolate_pageblock`
   */
  nr_isolate_pageblock: number;
};

/**
 * One CMA area.
 */
export type CmaView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its first page.
   */
  base: number;
  /**
   * Its bitmap, a bit a page.
   */
  bitmap: Array<boolean>;
};

/**
 * One address space.
 */
export type ProcessView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its virtual pages.
   */
  mappings: Array<MappingView>;
  /**
   * `MMF_HAS_PINNED`
   */
  has_pinned: boolean;
  /**
   * `write_protect_seq`
   */
  write_protect_seq: number;
};

/**
 * One virtual page.
 */
export type MappingView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its page table entry, in words.
   */
  pte: string;
  /**
   * The page that the entry names.
   */
  pfn: number | null;
  /**
   * The step at the cursor changed it.
   */
  changed: boolean;
};

/**
 * One pin handle.
 */
export type PinView = {
  /**
   * Its name.
   */
  name: string;
  /**
   * The page that it holds.
   */
  pfn: number | null;
  /**
   * The flags of the call.
   */
  flags: string;
};

/**
 * One lock.
 */
export type LockView = {
  /**
   * `zone->lock`
   */
  name: string;
  /**
   * The lanes that hold it.
   */
  holders: Array<number>;
  /**
   * The lanes that wait for it.
   */
  waiters: Array<number>;
  /**
   * It is shared by readers.
   */
  shared: boolean;
};

/**
 * A property that was broken.
 */
export type FindingView = {
  /**
   * The property's name.
   */
  name: string;
  /**
   * The step that broke it; 0 for the starting state.
   */
  step: number;
};

/**
 * What a search has found so far.
 */
export type ExplorationView = {
  /**
   * The kernel that was searched.
   */
  kernel: string;
  /**
   * Distinct states.
   */
  states: number;
  /**
   * Steps taken between them.
   */
  transitions: number;
  /**
   * Steps from the start to the farthest state.
   */
  depth: number;
  /**
   * It still runs.
   */
  running: boolean;
  /**
   * Every interleaving was searched.
   */
  complete: boolean;
  /**
   * The limit that stopped it.
   */
  limit: string | null;
  /**
   * The outcomes.
   */
  outcomes: Array<OutcomeView>;
  /**
   * The claims of the scenario for this kernel, judged.
   */
  expectations: Array<ExpectationView>;
};

/**
 * How executions end.
 */
export type OutcomeView = {
  /**
   * Return values: by the name that the scenario gave, or by `cpuN`.
   */
  results: { [key in string]?: string };
  /**
   * The properties broken on the way.
   */
  breaks: Array<string>;
  /**
   * `done`, `deadlock`, `livelock`, `BUG`.
   */
  end: string;
  /**
   * `always` where every execution ends so, else `sometimes`.
   */
  executions: string;
  /**
   * The interleaving that shows it best.
   */
  witness: WitnessView | null;
};

/**
 * The interleaving with the fewest context switches, then the fewest steps.
 */
export type WitnessView = {
  /**
   * As a schedule.
   */
  schedule: string;
  /**
   * Context switches.
   */
  switches: number;
  /**
   * Steps.
   */
  steps: number;
};

/**
 * One claim of the scenario.
 */
export type ExpectationView = {
  /**
   * The claim: `never breaks longterm-pin-on-cma`.
   */
  claim: string;
  /**
   * The kernel that it is about.
   */
  kernel: string;
  /**
   * Where it stands in the text.
   */
  line: number;
  /**
   * `met`, `broken`, `undecided`.
   */
  verdict: string;
  /**
   * Why, where it is not met: what was found instead, or the limit.
   */
  because: string | null;
  /**
   * An interleaving that shows it, where one does.
   */
  witness: WitnessView | null;
};
