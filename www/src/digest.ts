/** A few digits by which something is known again. docs/link-format.md has the one of outcomes. */
import type { ExplorationView, OutcomeView } from './protocol';

/** FNV-1a (Fowler, Noll and Vo) of a text's UTF-8, 32 bits in hexadecimal. */
export function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Of the outcomes of a search, in whatever order they were found; none before all are known. */
export function outcomesDigest(view: ExplorationView): string | null {
  if (!view.complete || view.sample) return null;
  return digest(view.outcomes.map(lineOf).sort().join('\n'));
}

const lineOf = ({ results, breaks, drift, end }: OutcomeView): string =>
  [
    ...Object.entries(results)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
    ...breaks.map((name) => `breaks ${name}`).sort(),
    `drift=${drift}`,
    `end=${end}`,
  ].join(';');
