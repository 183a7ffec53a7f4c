/** Asks the browser where things stand once a frame, for all who ask: it lays out only once. */

/** Looks at boxes; what it returns may then change them. */
export type Look = () => (() => void) | undefined;

const waiting = new Map<object, Look>();

/** Looks before the next frame is drawn; of one who asks again only the last look counts. */
export function whenLaidOut(who: object, look: Look): void {
  if (waiting.size === 0) requestAnimationFrame(lookAll);
  waiting.set(who, look);
}

function lookAll(): void {
  const looks = [...waiting.values()];
  waiting.clear();
  const changes = looks.map((look) => look());
  for (const change of changes) change?.();
}
