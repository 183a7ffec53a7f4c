// How long the link of each scenario of the gallery is, as the page makes it for a text of the
// reader's own, in characters behind the #: node bench/links.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { build } from 'vite';

const FOLDER = 'scenarios';
/** From here on some programs cut links, and the page says so. */
const LONG = 2_000;

// The page's own encoder; vite knows how to read it.
await build({
  logLevel: 'warn',
  publicDir: false,
  build: {
    ssr: 'www/src/link.ts',
    outDir: '.tools/links',
    rolldownOptions: { output: { entryFileNames: 'link.mjs' } },
  },
});
const { pack, unpack } = await import('../.tools/links/link.mjs');

async function row(file) {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
  const { payload, why } = await pack(text);
  if (payload === undefined) throw new Error(`${file}: ${why}`);
  if ((await unpack(payload)).text !== text) throw new Error(`${file} does not come back`);
  return { scenario: file.replace(/\.toml$/, ''), text: text.length, link: payload.length };
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.toml'));
const rows = (await Promise.all(files.map(row))).toSorted((one, other) => one.link - other.link);
console.table(rows);
const above = rows.filter(({ link }) => link > LONG).length;
console.log(`${rows.length} scenarios`);
console.log(`median  ${rows[rows.length >> 1].link}`);
console.log(`longest ${rows.at(-1).link} (${rows.at(-1).scenario})`);
console.log(`${above} above ${LONG}`);
