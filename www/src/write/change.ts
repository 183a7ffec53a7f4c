/** One text becomes another. */

/** The one change that makes the new text of the old; null where they are the same. */
export function change(old: string, next: string) {
  if (old === next) return null;
  const least = Math.min(old.length, next.length);
  let from = 0;
  while (from < least && old[from] === next[from]) from++;
  let behind = 0;
  while (behind < least - from && old.at(-1 - behind) === next.at(-1 - behind)) behind++;
  return { from, to: old.length - behind, insert: next.slice(from, next.length - behind) };
}
