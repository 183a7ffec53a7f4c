// Writes what the gallery lists: gallery.mjs FOLDER_OF_THE_ENGINE FILE. Groups and lines are those
// of scenarios/README.md, everything else is what the engine reads in the scenarios themselves.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const { initSync, card } = await import(pathToFileURL(resolve(folder, 'pagerace.js')).href);
initSync({ module: readFileSync(join(folder, 'pagerace_bg.wasm')) });

const SCENARIOS = 'scenarios';
const cardOf = (name) => {
  try {
    return card(readFileSync(join(SCENARIOS, `${name}.toml`), 'utf8'));
  } catch (wrong) {
    throw new Error(`${name}: ${JSON.stringify(wrong)}`);
  }
};

/** A line without the names of tables, such as `B.4`: only scenarios/README.md says what they are. */
const plain = (what) =>
  what.replace(/ \(([^()]*)\)$/, (_, words) => {
    const rest = words.split(', ').filter((word) => !/^[A-Z]\.?\d+[a-z]?$/.test(word));
    return rest.length > 0 ? ` (${rest.join(', ')})` : '';
  });

const groups = [];
for (const line of readFileSync(join(SCENARIOS, 'README.md'), 'utf8').split('\n')) {
  const [, heading] = /^## (.*)/.exec(line) ?? [];
  const [, mail] = /^The mail: (.*)/.exec(line) ?? [];
  const [, name, what] = /^\| \[([\w-]+)\]\([^)]*\) \| (.*) \|$/.exec(line) ?? [];
  if (heading) groups.push({ heading, mail: null, entries: [] });
  if (mail) groups.at(-1).mail = mail;
  if (name) groups.at(-1).entries.push({ name, what: plain(what), ...cardOf(name) });
}

const listed = groups.flatMap((group) => group.entries.map((entry) => entry.name));
const lost = readdirSync(SCENARIOS).filter(
  (name) => name.endsWith('.toml') && !listed.includes(name.replace(/\.toml$/, '')),
);
if (lost.length > 0) throw new Error(`scenarios/README.md has no group for ${lost.join(', ')}`);
writeFileSync(file, `${JSON.stringify(groups.filter((group) => group.entries.length > 0))}\n`);
