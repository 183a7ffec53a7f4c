// Takes pictures of the built page to look at: screenshots.mjs [FOLDER] [--only NAME].
// Each state of states.mjs, light and dark, as wide as a phone, a tablet and a desk. They land in
// .tools/screenshots, which git ignores.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { serve } from './serve.mjs';
import { bring, STATES } from './states.mjs';

const OUT = '.tools/screenshots';
const SIZES = [
  [1440, 900],
  [768, 1024],
  [360, 740],
];
const STILL = { reducedMotion: 'reduce' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});

const { url, close } = await serve({ folder: positionals[0] ?? 'dist', prefix: '/' });
const browser = await chromium.launch({
  executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
await mkdir(OUT, { recursive: true });
const wanted = new RegExp(values.only);
for (const state of STATES.filter(({ name }) => wanted.test(name))) {
  const page = await browser.newPage();
  page.on('console', (message) => console.log(`${state.name}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`${state.name}: ${error}`));
  await bring(page, url, state)
    .then(() => pictures(page, state))
    .catch((error) => {
      process.exitCode = 1;
      console.log(`${state.name}: ${error.message}`);
    });
  await page.close();
}
await browser.close();
await close();

async function pictures(page, { name, of, print, each }) {
  // The dock stays at the edge of the window, where it would hide what a larger picture shows.
  const dock = page.locator('pagerace-dock');
  if (of) await dock.evaluate((it) => it.style.setProperty('position', 'static'));
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ ...STILL, colorScheme, media: print ? 'print' : 'screen' });
      await page.evaluate(() => scrollTo(0, 0));
      await each?.(page);
      await page.waitForTimeout(250); // what follows a resize
      const path = `${OUT}/${name}-${width}-${colorScheme}.png`;
      // A phone shows one panel at a time: all of the page is that panel.
      const clip = of && width > 700 ? around(await page.locator(of).boundingBox()) : undefined;
      await page.screenshot({ path, clip, fullPage: Boolean(of) });
    }
  }
}

/** A box with some room, for the outlines of what it holds. */
function around({ x, y, width, height }) {
  const room = Math.min(12, x, y);
  return { x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room };
}
