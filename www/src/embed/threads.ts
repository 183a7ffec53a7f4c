/**
 * The threads of an embedded race: from blobs, with modules that are compiled once for all races
 * of a document. The build puts this in the place of `../threads.ts`.
 */

import smallModule from '../../../pkg/pagerace_bg.wasm?packed';
import type { Port } from '../engine';
import { compiled } from './compiled';
import { GrowingPort } from './growing-port';
import { LatePort } from './late-port';
import { part } from './parts';
import SmallWorker from './small-worker?worker&inline';

/** The module is the first thing that a thread is told. */
async function started(thread: () => Worker, packed: string): Promise<Worker> {
  const module = await compiled(packed);
  const worker = thread();
  worker.postMessage(module);
  return worker;
}

const smallThread = (): Port =>
  new LatePort(() => started(() => new SmallWorker({ name: 'page-race engine' }), smallModule));

/** One that has all routines and searches. */
export const wholeThread = (): Port =>
  new LatePort(async () => {
    const { start, module } = await part('whole.js');
    return started(start, module);
  });

/** One that plays what stands on the stage. */
export const stageThread = (): Port => new GrowingPort(smallThread, wholeThread);
