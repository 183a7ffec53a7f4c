/** An engine that has the whole module, in a thread of its own: for what the stage is to ignore. */
import { EngineClient } from './engine';
import { wholeThread } from './threads';

export const wholeEngine = (): EngineClient => new EngineClient(wholeThread);
