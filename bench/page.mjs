// What the built page costs: node bench/page.mjs [bytes] [start] [scrub] [play], after
// ./build.sh build. README.md says how to read it. One machine, one run.
import { fresh, open, withPage } from './page/browser.mjs';
import { bytes } from './page/bytes.mjs';
import { play, scrub } from './page/frames.mjs';
import { start } from './page/start.mjs';
import { freePages, thousandSteps, usedPages } from './page/texts.mjs';

const PAGES = { '4,096 pages, free': freePages, '4,096 pages, in use': usedPages };

async function gone({ browser, url }, how, texts) {
  const rows = {};
  for (const [name, text] of Object.entries(texts)) {
    const it = await fresh(browser);
    await open(it, url, text);
    rows[name] = await how(it);
    await it.close();
  }
  return rows;
}

const PARTS = {
  bytes: () => bytes('dist'),
  start,
  scrub: (it) => gone(it, scrub, { '1,000 steps': thousandSteps, ...PAGES }),
  play: (it) => gone(it, play, PAGES),
};

const named = process.argv.slice(2);
const unknown = named.find((part) => !(part in PARTS));
if (unknown) throw new Error(`no part "${unknown}": ${Object.keys(PARTS).join(', ')}`);
await withPage(async (it) => {
  for (const [part, measure] of Object.entries(PARTS)) {
    if (named.length > 0 && !named.includes(part)) continue;
    console.log(part);
    console.table(await measure(it));
  }
});
