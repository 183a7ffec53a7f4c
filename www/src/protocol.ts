// Generated from crate/src/view/protocol.rs by its test. Do not edit: run
// PAGERACE_BLESS=1 cargo test --lib protocol
export type Request =
  | { type: 'catalogue' }
  | { type: 'open'; text: string }
  | { type: 'kernel'; base: string; toggles: { [key in string]: string } }
  | { type: 'step'; choice: string }
  | { type: 'seek'; cursor: number }
  | { type: 'play'; schedule: string }
  | { type: 'explore'; max_states: number }
  | { type: 'advance'; fuel: number }
  | { type: 'share' }
  | { type: 'decode'; payload: string };
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
export type Diagnostic = { line: number; column: number; message: string; hint: string | null };
export type Catalogue = {
  operations: Array<OperationHelp>;
  kernels: Array<KernelHelp>;
  toggles: Array<ToggleHelp>;
};
export type OperationHelp = {
  name: string;
  signature: string;
  help: string;
  params: Array<[string, string]>;
  returns: string;
};
export type KernelHelp = { name: string; sentence: string; toggles: { [key in string]: string } };
export type ToggleHelp = { name: string; sentence: string; values: Array<[string, string]> };
export type ScenarioView = {
  title: string;
  about: string;
  refs: Array<string>;
  kernel: string;
  base: string;
  toggles: { [key in string]: string };
  properties: Array<PropertyView>;
  fine: boolean;
};
export type PropertyView = {
  name: string;
  sentence: string;
  when_broken: string;
  invariant: boolean;
};
export type StepView = {
  number: number;
  cpu: number;
  choice: string;
  interrupt: boolean;
  context_switch: boolean;
  lines: Array<LineView>;
  broke: Array<string>;
  sentence: string;
};
export type LineView = {
  function: string;
  label: string;
  text: string;
  depth: number;
  stack: Array<string>;
  operation: number;
  taken: boolean | null;
  changes: Array<ChangeView>;
};
export type ChangeView = { subject: string; field: string; from: string; to: string };
export type StateView = {
  cursor: number;
  switches: number;
  lanes: Array<LaneView>;
  blocks: Array<BlockView>;
  pages: Array<PageView>;
  free_lists: Array<FreeListView>;
  counters: CountersView;
  cma: Array<CmaView>;
  processes: Array<ProcessView>;
  pins: Array<PinView>;
  locks: Array<LockView>;
  findings: Array<FindingView>;
  end: string | null;
};
export type LaneView = {
  cpu: number;
  process: string | null;
  operations: Array<OperationView>;
  handler: Array<OperationView>;
  in_interrupt: boolean;
  irqs_off: boolean;
  can_step: boolean;
  why_not: string | null;
  can_interrupt: boolean | null;
  why_no_interrupt: string | null;
  stack: Array<FrameView>;
};
export type OperationView = { text: string; progress: string; result: string | null };
export type FrameView = {
  function: string;
  source: string;
  omits: string;
  lines: Array<[string, string]>;
  current: number;
  locals: Array<[string, string]>;
};
export type BlockView = {
  number: number;
  first: number;
  pages: number;
  migratetype: string;
  letter: string;
  area: string | null;
  changed: boolean;
};
export type PageView = {
  pfn: number;
  kind: string;
  place: string;
  order: number | null;
  refcount: number;
  mapcount: number;
  pins: number;
  maybe_dma_pinned: boolean;
  flags: Array<string>;
  mapped_by: Array<string>;
  ledger: Array<LedgerView>;
  changed: boolean;
};
export type LedgerView = { holder: string; refs: number };
export type FreeListView = {
  order: number;
  migratetype: string;
  letter: string;
  heads: Array<number>;
};
export type CountersView = {
  nr_free: number;
  nr_free_cma: number;
  free: number;
  free_cma: number;
  nr_isolate_pageblock: number;
};
export type CmaView = { name: string; base: number; bitmap: Array<boolean> };
export type ProcessView = {
  name: string;
  mappings: Array<MappingView>;
  has_pinned: boolean;
  write_protect_seq: number;
};
export type MappingView = { name: string; pte: string; pfn: number | null; changed: boolean };
export type PinView = { name: string; pfn: number | null; flags: string };
export type LockView = {
  name: string;
  holders: Array<number>;
  waiters: Array<number>;
  shared: boolean;
};
export type FindingView = { name: string; step: number };
export type ExplorationView = {
  kernel: string;
  states: number;
  transitions: number;
  depth: number;
  running: boolean;
  complete: boolean;
  limit: string | null;
  outcomes: Array<OutcomeView>;
  expectations: Array<ExpectationView>;
};
export type OutcomeView = {
  results: { [key in string]: string };
  breaks: Array<string>;
  end: string;
  executions: string;
  witness: WitnessView | null;
};
export type WitnessView = { schedule: string; switches: number; steps: number };
export type ExpectationView = {
  claim: string;
  kernel: string;
  line: number;
  verdict: string;
  because: string | null;
  witness: WitnessView | null;
};
