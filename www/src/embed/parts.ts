/**
 * What stands beside the script and comes when it is asked for: the module with all routines, and
 * the gallery's texts. Each is a classic script that hands over what it holds, since neither
 * `fetch` nor modules work from another origin without its leave, nor from file: addresses.
 */

/** What parts hand over, by file. */
export interface Parts {
  'whole.js': { start(): Worker; module: string };
  [gallery: `gallery/${string}.js`]: string;
}

const PLACE = Symbol.for('page-race parts');
const here = globalThis as { [PLACE]?: Partial<Parts> };

/** The folder that the script came from. */
const script = document.currentScript as HTMLScriptElement | null;
export const folder = script?.src ? new URL('.', script.src).href : null;

/** Where this script stands as the page of a frame, it is told so. */
export const isFrame = script?.dataset.frame !== undefined;

const loads = new Map<string, Promise<void>>();

/** What a part holds; a failed load is tried again the next time. */
export async function part<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  // A bundle may have brought it along.
  if (here[PLACE]?.[name] === undefined && !loads.has(name)) loads.set(name, load(name));
  try {
    await loads.get(name);
  } catch (error) {
    loads.delete(name);
    throw error;
  }
  const found = here[PLACE]?.[name];
  if (found === undefined) throw new Error(`${name} beside page-race.js is not what it should be`);
  return found as Parts[Name];
}

/** Hands a part over: what its script does. */
export function handOver<Name extends keyof Parts>(name: Name, held: Parts[Name]): void {
  here[PLACE] ??= {};
  here[PLACE][name] = held;
}

function load(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`${name} could not be loaded from beside page-race.js`));
    if (folder === null) return fail();
    const element = document.createElement('script');
    element.src = new URL(name, folder).href;
    element.onload = () => resolve();
    element.onerror = fail;
    document.head.append(element);
    element.remove();
  });
}
