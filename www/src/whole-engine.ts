/** An engine that has the whole module, in a thread of its own: for what the stage is to ignore. */
import { EngineClient } from './engine';

export const wholeEngine = (): EngineClient =>
  new EngineClient(
    () =>
      new Worker(new URL('./whole-worker.ts', import.meta.url), {
        type: 'module',
        name: 'pagerace whole engine',
      }),
  );
