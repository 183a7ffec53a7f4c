// How long it takes until the first step is possible on a slow network and a slow processor.
import { expect } from '@playwright/test';
import { fresh } from './browser.mjs';

const RUNS = 3;
/** The button that steps a CPU, once it can be pressed. */
const STEP = 'button.step[aria-disabled="false"]';

/** Notes when the first step is possible; runs in the page before its own scripts. */
function watch(step) {
  const look = () => {
    const app = document.querySelector('pagerace-app')?.shadowRoot;
    if (app?.querySelector('pagerace-dock')?.shadowRoot?.querySelector(step)) {
      globalThis.possible = performance.now();
    } else requestAnimationFrame(look);
  };
  look();
}

/** How long some work takes a thread. */
function work() {
  const start = performance.now();
  let sum = 0;
  for (let turn = 0; turn < 5e7; turn++) sum = (sum + turn) ^ turn;
  return performance.now() - start;
}

async function run(browser, url) {
  const { page, close } = await fresh(browser, { slow: true });
  await page.addInitScript(watch, STEP);
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.possible);
  const [painted, possible] = await page.evaluate(() => [
    performance.getEntriesByName('first-contentful-paint')[0].startTime,
    globalThis.possible,
  ]);
  // It is possible indeed.
  const slider = page.getByRole('slider', { name: 'Step' });
  const before = await slider.inputValue();
  await page.locator(STEP).first().click();
  await expect(slider).not.toHaveValue(before);
  const engine = page.workers().find((it) => /\/worker-/.test(it.url()));
  const slower = (await page.evaluate(work)) / (await engine.evaluate(work));
  await close();
  return { painted, possible, slower };
}

/** The middle of some starts, each with empty caches. */
export async function start({ browser, url }) {
  const runs = [];
  for (let number = 0; number < RUNS; number++) runs.push(await run(browser, url));
  const [, middle] = runs.sort((one, other) => one.possible - other.possible);
  const seconds = (milliseconds) => Number((milliseconds / 1000).toFixed(2));
  return [
    {
      'first paint, s': seconds(middle.painted),
      'first step possible, s': seconds(middle.possible),
      'page slower than threads': Number(middle.slower.toFixed(1)),
    },
  ];
}
