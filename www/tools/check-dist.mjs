// Checks what `vite build` left in dist/ and prints its size: check-dist.mjs FOLDER [WORD...]
// The page must run from any folder under a strict content security policy, so index.html may
// hold no inline script or style and no address that starts at the host's root. The WORDs are
// paths of this machine that must not have slipped into any file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, packedSize, partsOf } from './dist.mjs';

const FORBIDDEN_IN_PAGES = [
  [/<script(?![^>]*\ssrc=)/i, 'an inline script'],
  [/<style/i, 'an inline style sheet'],
  [/<[a-z][^>]*\sstyle=/i, 'a style attribute'],
  [/<[a-z][^>]*\son[a-z]+=/i, 'an inline event handler'],
  [/<[a-z][^>]*\s(?:src|href)="\/(?!\/)/i, 'an address that starts at the root of the host'],
];

const [folder, ...words] = process.argv.slice(2);
const files = filesOf(folder);
const problems = [];
let bytes = 0;
let packed = 0;

for (const file of files) {
  const content = readFileSync(file);
  bytes += content.length;
  packed += packedSize(file);
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

const MOST_AT_FIRST = 300_000;
const packedFirst = partsOf(folder).first.reduce((sum, file) => sum + packedSize(file), 0);
if (packedFirst > MOST_AT_FIRST) {
  problems.push(`a first load is ${packedFirst} bytes gzipped, and may be ${MOST_AT_FIRST}`);
}

const MOST_OF_EMBED = 250_000;
const embed = packedSize(join(folder, 'embed/page-race.js'));
if (embed > MOST_OF_EMBED) {
  problems.push(`the embed is ${embed} bytes gzipped, and may be ${MOST_OF_EMBED}`);
}

const kilobytes = (n) => `${(n / 1000).toFixed(1)} kB`;
console.error(
  `   ${folder}/: ${files.length} files, ${kilobytes(bytes)}, ${kilobytes(packed)} gzipped, ` +
    `${kilobytes(packedFirst)} of them for a first load, ${kilobytes(embed)} for an embed`,
);
if (problems.length > 0) {
  console.error(problems.map((problem) => `   ${problem}`).join('\n'));
  process.exit(1);
}
