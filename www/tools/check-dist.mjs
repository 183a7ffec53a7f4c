// Checks what `vite build` left in dist/ and prints its size: check-dist.mjs FOLDER [WORD...]
// The page must run from any folder under a strict content security policy, so index.html may
// hold no inline script or style and no address that starts at the host's root. The WORDs are
// paths of this machine that must not have slipped into any file.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const FORBIDDEN_IN_PAGES = [
  [/<script(?![^>]*\ssrc=)/i, 'an inline script'],
  [/<style/i, 'an inline style sheet'],
  [/<[a-z][^>]*\sstyle=/i, 'a style attribute'],
  [/<[a-z][^>]*\son[a-z]+=/i, 'an inline event handler'],
  [/<[a-z][^>]*\s(?:src|href)="\/(?!\/)/i, 'an address that starts at the root of the host'],
];

const [folder, ...words] = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const problems = [];
const sizeOf = (file) => readFileSync(file).length;
let bytes = 0;
let packed = 0;

for (const file of files) {
  const content = readFileSync(file);
  bytes += content.length;
  packed += gzipSync(content, { level: 9 }).length;
  if (file.endsWith('.html')) {
    const text = content.toString();
    for (const [pattern, what] of FORBIDDEN_IN_PAGES) {
      if (pattern.test(text)) problems.push(`${file} holds ${what}`);
    }
  }
  for (const word of words) {
    if (content.includes(word)) problems.push(`${file} holds a path of this machine (${word})`);
  }
}

// What a reader waits for before the first step: all but what is loaded when it is asked for.
const LATER =
  /(catalogue|compounds|contents|dialogs|gallery-rest|moving|pool|races|races-worker|trace-worker|watching|whole)-[^/]*\.js$/;
const MOST_AT_FIRST = 300_000;
const modules = files.filter((file) => file.endsWith('.wasm'));
const small = modules.reduce((one, other) => (sizeOf(one) < sizeOf(other) ? one : other));
const first = files.filter(
  (file) => !LATER.test(file) && (!modules.includes(file) || file === small),
);
const packedFirst = first.reduce(
  (sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length,
  0,
);
if (packedFirst > MOST_AT_FIRST) {
  problems.push(`a first load is ${packedFirst} bytes gzipped, and may be ${MOST_AT_FIRST}`);
}

const kilobytes = (n) => `${(n / 1000).toFixed(1)} kB`;
console.error(
  `   ${folder}/: ${files.length} files, ${kilobytes(bytes)}, ${kilobytes(packed)} gzipped, ` +
    `${kilobytes(packedFirst)} of them for a first load`,
);
if (problems.length > 0) {
  console.error(problems.map((problem) => `   ${problem}`).join('\n'));
  process.exit(1);
}
