// What an embedded race costs: node bench/embed.mjs [bytes] [start] [ten], after ./build.sh build.
// README.md says how to read it. One machine, one run.
import { readFile } from 'node:fs/promises';
import { packedSize } from '../www/tools/dist.mjs';
import { fresh, withPage } from './page/browser.mjs';

const RUNS = 3;
const RACE = '<page-race g="cma-longterm-pin"></page-race>';

/** A document with some races, beside the built page. */
async function host({ page }, url, body) {
  const address = `${url}a-document`;
  const text = `<!doctype html><title>Host</title><link rel="icon" href="data:,">${body}`;
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: text }));
  await page.goto(address, { waitUntil: 'commit' });
}

const script = (url) => `<script src="${url}embed/page-race.js"></script>`;

/** When so many races can be stepped, in milliseconds since the document began. */
const stepped = ({ page }, many) =>
  page
    .waitForFunction((many) => {
      const can = [...document.querySelectorAll('page-race')].filter((race) =>
        race.shadowRoot
          ?.querySelector('pagerace-dock')
          ?.shadowRoot?.querySelector('button.step[aria-disabled="false"]'),
      );
      return can.length >= many && performance.now();
    }, many)
    .then((found) => found.jsonValue());

const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
const middle = (numbers) => numbers.sort((one, other) => one - other)[numbers.length >> 1];

function bytes() {
  const kilobytes = (name) => Number((packedSize(`dist/embed/${name}`) / 1000).toFixed(1));
  return [
    {
      'page-race.js, kB gzipped': kilobytes('page-race.js'),
      'whole.js, when it searches': kilobytes('whole.js'),
      'a text of the gallery': kilobytes('gallery/cma-longterm-pin.js'),
    },
  ];
}

/** From an empty cache to the first step, with the race in view. */
async function start({ browser, url }) {
  const row = {};
  for (const slow of [false, true]) {
    const times = [];
    for (let run = 0; run < RUNS; run++) {
      const it = await fresh(browser, { slow });
      await host(it, url, script(url) + RACE);
      times.push((await stepped(it, 1)) / 1000);
      await it.close();
    }
    const name = slow ? 'slow 4G, processor a quarter as fast, s' : 'first step, s';
    row[name] = Number(middle(times).toFixed(2));
  }
  return [row];
}

/** The bytes of a process that no other shares, in MB. */
async function megabytes(pid) {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].map(([, n]) => Number(n));
  return sum(kilobytes) / 1000;
}

/** What a document with so many started races takes: its process, and its main thread. */
async function costs({ browser, url }, many) {
  const it = await fresh(browser);
  await it.protocol.send('Performance.enable');
  await host(it, url, script(url) + RACE.repeat(many));
  await it.page.waitForFunction(() => customElements.get('page-race'));
  await it.page.evaluate(() => {
    for (const race of document.querySelectorAll('page-race')) race.start();
  });
  const ready = await stepped(it, many);
  await it.page.waitForLoadState('networkidle');
  const { metrics } = await it.protocol.send('Performance.getMetrics');
  const root = await browser.newBrowserCDPSession();
  const { processInfo } = await root.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter((one) => one.type === 'renderer')
    .map((one) => megabytes(one.id));
  const busy = metrics.find((one) => one.name === 'TaskDuration').value;
  await it.close();
  return { ready: ready / 1000, size: sum(await Promise.all(sizes)), busy };
}

async function ten(it) {
  const rows = {};
  for (const many of [0, 1, 10]) {
    const { ready, size, busy } = await costs(it, many);
    rows[`${many} races`] = {
      'all can be stepped, s': Number(ready.toFixed(2)),
      'main thread at work, s': Number(busy.toFixed(2)),
      'memory of all renderers, MB': Math.round(size),
    };
  }
  return rows;
}

const PARTS = { bytes, start, ten };

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
