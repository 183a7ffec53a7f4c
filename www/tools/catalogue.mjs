// Writes what exists to choose from, with all its help, as the engine with all routines has it:
// catalogue.mjs FOLDER_OF_THE_ENGINE FILE. The page loads the file when somebody asks for help.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const { initSync, Engine } = await import(pathToFileURL(resolve(folder, 'pagerace.js')).href);
initSync({ module: readFileSync(join(folder, 'pagerace_bg.wasm')) });
const { type: _, ...catalogue } = new Engine().request({ type: 'catalogue' });
writeFileSync(file, `${JSON.stringify(catalogue)}\n`);
