// The build of the embed: classic scripts with everything inside, which run from another origin,
// in a sandbox and from file: addresses. `--mode race` makes page-race.js and what stands beside it,
// `--mode whole` the script that it loads to search.
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { deflate } from '@gfx/zopfli';
import { defineConfig, type Plugin } from 'vite';

/** `?packed`: a file, deflated and in base64. */
const packed: Plugin = {
  name: 'packed',
  enforce: 'pre',
  async load(id) {
    const [file, query] = id.split('?', 2);
    if (query !== 'packed' || !file) return null;
    const bytes = await new Promise<Uint8Array>((resolve, reject) =>
      deflate(readFileSync(file), { numiterations: 5 }, (error, bytes) =>
        bytes ? resolve(bytes) : reject(error),
      ),
    );
    return `export default ${JSON.stringify(Buffer.from(bytes).toString('base64'))}`;
  },
};

/** Styles of elements, without comments and indentation: one file may not be larger than 250 kB. */
const shortStyles: Plugin = {
  name: 'short-styles',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/www\/src\/.*\.ts$/.test(id)) return null;
    const short = (text: string) => text.replace(/\/\*.*?\*\//gs, '').replace(/\s+/g, ' ');
    return { code: code.replace(/\bcss`[^`]*`/g, short), map: null };
  },
};

/** Each scenario as a script that hands its text over. */
const gallery: Plugin = {
  name: 'gallery',
  async generateBundle() {
    for (const file of await readdir('scenarios')) {
      if (!file.endsWith('.toml')) continue;
      const fileName = `gallery/${file.slice(0, -'.toml'.length)}.js`;
      const text = JSON.stringify(await readFile(`scenarios/${file}`, 'utf8'));
      const parts = 'globalThis[Symbol.for("page-race parts")]';
      const source = `(${parts}??={})[${JSON.stringify(fileName)}]=${text};\n`;
      this.emitFile({ type: 'asset', fileName, source });
    }
  },
};

const own = (file: string) => resolve(import.meta.dirname, 'www/src/embed', file);

export default defineConfig(({ mode }) => ({
  base: './',
  publicDir: mode === 'race' ? 'www/embed' : false,
  plugins: mode === 'race' ? [packed, shortStyles, gallery] : [packed, shortStyles],
  resolve: {
    alias: [
      { find: /^\.\/threads$/, replacement: own('threads.ts') },
      { find: /^\.\.\/gallery$/, replacement: own('gallery.ts') },
      { find: /^\.\/cell$/, replacement: own('cell.ts') },
      // What only the page asks for: the composer, files, other kernels side by side, help for the
      // editor.
      {
        find: /^.*\/(compose\/fresh|share\/files|pool|pkg\/catalogue\.json)$/,
        replacement: own('absent.ts'),
      },
    ],
  },
  build: {
    outDir: 'dist/embed',
    emptyOutDir: mode === 'race',
    target: 'es2023',
    // The themes of the embed are those of the page around it: light-dark() must stay.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    reportCompressedSize: false,
    lib: {
      entry: own(mode === 'race' ? 'main.ts' : 'whole.ts'),
      formats: ['iife'],
      name: 'pageRaceScript',
      fileName: () => (mode === 'race' ? 'page-race.js' : 'whole.js'),
    },
    rolldownOptions: {
      // Packing as tightly as that takes its time.
      checks: { pluginTimings: false },
      output: {
        // A document may name the script twice, and a documentation tool import it on a server.
        intro: `if (typeof customElements === 'undefined' || ${
          mode === 'race' ? "customElements.get('page-race')" : 'false'
        }) return;`,
      },
    },
  },
  worker: { format: 'iife', plugins: () => [packed] },
}));
