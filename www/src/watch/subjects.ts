/** What a history can be asked of. */
import type { StateView, StepView } from '../protocol';

/** Above this many pages only those are listed that the trace changes, or that somebody has. */
const MOST_PAGES = 64;

/** All of them, in the order of the page. */
export const subjectsOf = (state: StateView, trace: readonly StepView[]): string[] => [
  ...pagesOf(state, trace),
  ...state.blocks.map((it) => `pageblock ${it.number}`),
  'zone',
  ...state.cma.map((it) => it.name),
  ...state.processes.map((it) => `process ${it.name}`),
  ...state.lanes.map((it) => `CPU${it.cpu}`),
  ...state.pins.map((it) => `pin ${it.name}`),
  ...state.swap.map((it) => `swap slot ${it.number}`),
  ...state.sections.map((it) => `section ${it.number}`),
];

function pagesOf({ pages }: StateView, trace: readonly StepView[]): string[] {
  const all = pages.map((it) => ({ name: `page ${it.pfn}`, used: it.mapped_by.length > 0 }));
  if (all.length <= MOST_PAGES) return all.map((it) => it.name);
  const changes = trace.flatMap((step) => [
    ...step.changes,
    ...step.lines.flatMap((line) => line.changes),
  ]);
  const changed = new Set(changes.map((it) => it.subject));
  return all.filter((it) => it.used || changed.has(it.name)).map((it) => it.name);
}
