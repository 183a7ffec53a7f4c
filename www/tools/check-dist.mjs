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
let bytes = 0;
let packed = 0;

for (const file of files) {
  const content = readFileSync(file);
  bytes += content.length;
  packed += gzipSync(content).length;
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

const kilobytes = (n) => `${(n / 1000).toFixed(1)} kB`;
console.error(
  `   ${folder}/: ${files.length} files, ${kilobytes(bytes)}, ${kilobytes(packed)} gzipped`,
);
if (problems.length > 0) {
  console.error(problems.map((problem) => `   ${problem}`).join('\n'));
  process.exit(1);
}
