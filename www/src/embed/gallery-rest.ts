/** The gallery beside the script: each text comes when it is asked for. */
import { part } from './parts';

/** The text of a name; none where it is not there or cannot be loaded. */
export const textOf = (name: string): Promise<string | undefined> =>
  part(`gallery/${name}.js`).catch(() => undefined);
