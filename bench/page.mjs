// What the built page costs: node bench/page.mjs [bytes] [start] [scrub] [play], after
// ./build.sh build. README.md says how to read it. One machine, one run.
import { fresh, open, withPage } from './page/browser.mjs';
import { play, scrub } from './page/frames.mjs';
import * as texts from './page/texts.mjs';

const named = process.argv.slice(2);
const wanted = (part) => named.length === 0 || named.includes(part);

async function frames({ browser, url }, what, cases) {
  const rows = {};
  for (const [name, text] of Object.entries(cases)) {
    const it = await fresh(browser);
    await open(it, url, text);
    rows[name] = await what(it);
    await it.close();
  }
  console.table(rows);
}

const pages = { '4,096 pages, free': texts.freePages, '4,096 pages, in use': texts.usedPages };

await withPage(async (it) => {
  if (wanted('scrub')) await frames(it, scrub, { '1,000 steps': texts.thousandSteps, ...pages });
  if (wanted('play')) await frames(it, play, pages);
});
