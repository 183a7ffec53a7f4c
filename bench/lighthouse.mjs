// Lighthouse on the built page, as a phone and as a desk has it: node bench/lighthouse.mjs, after
// ./build.sh build. It fails where a score is below 95. Its packages are those of
// bench/lighthouse/, which it installs at first.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { serve } from '../www/tools/serve.mjs';

const LEAST = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const PACKAGES = 'bench/lighthouse';
const REPORTS = 'test-results/lighthouse';

if (!existsSync(`${PACKAGES}/node_modules`)) {
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', PACKAGES], { stdio: 'inherit' });
}
const { resolve } = createRequire(pathToFileURL(`${process.cwd()}/${PACKAGES}/`));
const load = (name) => import(pathToFileURL(resolve(name)));
const { default: lighthouse, desktopConfig } = await load('lighthouse');
const { launch } = await load('chrome-launcher');

const server = await serve({ folder: 'dist', packed: true });
const chrome = await launch({
  chromePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});

/** What an audit finds that costs points, in a line each. */
function findings({ categories, audits }) {
  return CATEGORIES.flatMap((category) =>
    categories[category].auditRefs
      .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 1)
      .map(({ id }) => {
        const { score, title, displayValue = '' } = audits[id];
        return `${category}: ${id} ${score} (${title}) ${displayValue}`;
      }),
  );
}

mkdirSync(REPORTS, { recursive: true });
const rows = {};
for (const [name, config] of [
  ['mobile', undefined],
  ['desktop', desktopConfig],
]) {
  const options = { port: chrome.port, output: 'html', onlyCategories: CATEGORIES };
  const { lhr, report } = await lighthouse(server.url, options, config);
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  writeFileSync(`${REPORTS}/${name}.html`, report);
  const scores = CATEGORIES.map((it) => [it, Math.round(lhr.categories[it].score * 100)]);
  rows[name] = Object.fromEntries(scores);
  console.log([`${name}:`, ...findings(lhr)].join('\n  '));
  if (scores.some(([, score]) => score < LEAST)) process.exitCode = 1;
}
console.table(rows);
console.log(`The reports are in ${REPORTS}/.`);
await chrome.kill();
await server.close();
