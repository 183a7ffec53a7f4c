/** The page's side of the thread that looks closely at traces. */
import type { Model } from '../model';
import type { ConflictView, HistoryView, ReasonView, ReferencesView } from '../protocol';
import { scheduleOf } from '../schedule';
import type { Ask, FromTraces, ToTraces } from '../trace-worker';

interface Waiting {
  resolve(answer: unknown): void;
  reject(why: Error): void;
}

/** Asks about the trace of a model. */
export class Traces {
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #next = 1;

  /** Where lanes meet. */
  conflicts(model: Model): Promise<ConflictView[]> {
    return this.#ask(model, { kind: 'conflicts' }) as Promise<ConflictView[]>;
  }

  /** What changed all that belongs to a subject. */
  history(model: Model, subject: string): Promise<HistoryView> {
    return this.#ask(model, { kind: 'history', subject }) as Promise<HistoryView>;
  }

  /** Why a field is what it is at the cursor. */
  why(model: Model, subject: string, field: string): Promise<ReasonView[]> {
    const cursor = model.state?.cursor ?? 0;
    const ask: Ask = { kind: 'why', subject, field, cursor };
    return this.#ask(model, ask) as Promise<ReasonView[]>;
  }

  /** A page's references over time. */
  references(model: Model, page: number): Promise<ReferencesView | null> {
    return this.#ask(model, { kind: 'references', page }) as Promise<ReferencesView | null>;
  }

  #ask({ text, trace }: Model, ask: Ask): Promise<unknown> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, text, schedule: scheduleOf(trace), ask } satisfies ToTraces);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('../trace-worker.ts', import.meta.url), {
      type: 'module',
      name: 'pagerace traces',
    });
    worker.onmessage = ({ data }: MessageEvent<FromTraces>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('why' in data) waiting?.reject(new Error(data.why));
      else waiting?.resolve(data.answer);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      if (this.#worker === worker) this.#worker = null;
      for (const { reject } of this.#waiting.values()) reject(new Error('the thread stopped'));
      this.#waiting.clear();
    };
    return worker;
  }
}
