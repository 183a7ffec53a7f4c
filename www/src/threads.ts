/** Where the threads of the engine come from. The embed has its own of this (`embed/threads.ts`). */
import type { Port } from './engine';

/** One that plays what stands on the stage. */
export const stageThread = (): Port =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'pagerace engine' });

/** One that has all routines and searches. */
export const wholeThread = (): Port =>
  new Worker(new URL('./whole-worker.ts', import.meta.url), {
    type: 'module',
    name: 'pagerace whole engine',
  });
