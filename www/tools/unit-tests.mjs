// Runs www/test/*.test.ts, or the files named, with Node's own test runner.
// Vite bundles them first, so that a test sees what the page sees: TypeScript, `?raw`,
// import.meta.glob. Tests run in the top folder: read pkg/ and scenarios/ relative to it.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';

const OUT = '.tools/unit-tests';

const named = process.argv.slice(2);
const files = named.length > 0 ? named : allTests('www/test');

function allTests(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  return names.sort().map((name) => join(folder, name));
}

await build({
  logLevel: 'warn',
  publicDir: false,
  build: {
    ssr: true,
    outDir: OUT,
    sourcemap: 'inline',
    rolldownOptions: {
      input: Object.fromEntries(files.map((file) => [basename(file, '.ts'), file])),
      output: { entryFileNames: '[name].mjs' },
    },
  },
});

const bundles = files.map((file) => join(OUT, `${basename(file, '.ts')}.mjs`));
const options = ['--enable-source-maps', '--test', '--test-reporter=spec'];
const { status } = spawnSync(process.execPath, [...options, ...bundles], { stdio: 'inherit' });
process.exit(status ?? 1);
