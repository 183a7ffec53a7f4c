/** Looks closely at traces, on a thread of its own: it needs a text and a schedule, and no engine. */
import init, { Trace } from '../../pkg/whole/pagerace.js';
import wasm from '../../pkg/whole/pagerace_bg.wasm?url';

/** What can be asked of a trace. */
export type Ask =
  | { kind: 'conflicts' }
  | { kind: 'history'; subject: string }
  | { kind: 'why'; subject: string; field: string; cursor: number }
  | { kind: 'references'; page: number };

/** What the page posts. */
export interface ToTraces {
  id: number;
  text: string;
  schedule: string;
  ask: Ask;
}

/** What it gets back: a view of `protocol.ts`, or why there is none. */
export type FromTraces = { id: number; answer: unknown } | { id: number; why: string };

const ready = init({ module_or_path: wasm });
ready.catch(() => {});

let last: { key: string; trace: Trace } | null = null;

/** The trace that was asked about last is kept: the next question is about it, too. */
function traceOf(text: string, schedule: string): Trace {
  const key = `${schedule}\n${text}`;
  if (last?.key !== key) {
    const trace = new Trace(text, schedule);
    last?.trace.free();
    last = { key, trace };
  }
  return last.trace;
}

function answerTo(trace: Trace, ask: Ask): unknown {
  switch (ask.kind) {
    case 'conflicts':
      return trace.conflicts();
    case 'history':
      return trace.history(ask.subject);
    case 'why':
      return trace.why(ask.subject, ask.field, ask.cursor);
    case 'references':
      return trace.references(ask.page);
  }
}

const send = (message: FromTraces): void => self.postMessage(message);

self.onmessage = async ({ data: { id, text, schedule, ask } }: MessageEvent<ToTraces>) => {
  try {
    await ready;
    send({ id, answer: answerTo(traceOf(text, schedule), ask) });
  } catch (error) {
    send({ id, why: String(error) });
  }
};
