// What loads what in dist/, told from the files themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const QUOTED = '["\'`]([^"\'`]+)["\'`]';
/** What a file needs at once. */
const AT_ONCE = new RegExp(`(?:\\b(?:from|import)\\s*|\\b(?:src|href)=)${QUOTED}`, 'g');
/** What it asks for by name some time: parts of the page, threads, modules. */
const BY_NAME = new RegExp(`(?:\\bimport\\(|\\bnew URL\\()\\s*${QUOTED}`, 'g');

/** Every file below a folder, in order. */
export const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** The bytes of a file as hosts send it. */
export const packedSize = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** The files that one names, at once and later. Glue fetches its module as soon as it runs. */
function namedBy(file, files) {
  if (!/\.(html|js)$/.test(file)) return { atOnce: [], later: [] };
  const text = readFileSync(file, 'utf8');
  const found = (pattern) => {
    const names = [...text.matchAll(pattern)].map(([, name]) => join(dirname(file), name));
    return [...new Set(names)].filter((name) => files.includes(name));
  };
  const named = found(BY_NAME);
  const isModule = (name) => name.endsWith('.wasm');
  return {
    atOnce: [...found(AT_ONCE), ...named.filter(isModule)],
    later: named.filter((name) => !isModule(name)),
  };
}

/** The files that come together with one. */
function together(start, files) {
  const found = new Set([start]);
  for (const file of found) for (const other of namedBy(file, files).atOnce) found.add(other);
  return found;
}

/**
 * What a reader waits for before the first step (index.html, what it needs, and the engine's thread
 * with its module), and the parts that come later, each with who asks for it and the files that
 * then come.
 */
export function partsOf(folder) {
  const files = filesOf(folder);
  const isFirst = (file) =>
    file === join(folder, 'index.html') || /\/assets\/worker-[^/]*\.js$/.test(file);
  const first = new Set(files.filter(isFirst).flatMap((file) => [...together(file, files)]));
  const parts = new Map();
  const seen = new Set(first);
  for (const file of seen) {
    for (const part of namedBy(file, files).later) {
      if (first.has(part)) continue;
      const known = parts.get(part) ?? { askedBy: [], files: [] };
      known.askedBy.push(file);
      known.files = [...together(part, files)].filter((other) => !first.has(other));
      parts.set(part, known);
      for (const other of known.files) seen.add(other);
    }
  }
  return { first: [...first], parts };
}
