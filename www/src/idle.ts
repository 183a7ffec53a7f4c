/** What may wait until the page has nothing better to do. */

/** For browsers that do not say when they are idle, in ms. */
const CALM = 2_000;

/** Does it when the browser is idle; never where the reader wants to save data. */
export function whenIdle(work: () => void): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  if ('requestIdleCallback' in window) requestIdleCallback(work);
  else setTimeout(work, CALM);
}
