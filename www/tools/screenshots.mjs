// Takes pictures of the built page to look at: screenshots.mjs [FOLDER] [--only NAME].
// They land in .tools/screenshots, which git ignores.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { serve } from './serve.mjs';

const OUT = '.tools/screenshots';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});

/** Name, width, height, colour scheme, what to do first, whether to take the whole page. */
const SHOTS = [
  ['wide-light', 1440, 900, 'light'],
  ['wide-dark', 1440, 900, 'dark'],
  ['wide-light-full', 1440, 900, 'light', explored, true],
  ['wide-dark-full', 1440, 900, 'dark', explored, true],
  ['wide-past', 1440, 900, 'light', stepsBack(6)],
  ['kernel', 1440, 900, 'light', (page) => page.getByRole('button', { name: /^Toggles/ }).click()],
  ['help', 1440, 900, 'light', (page) => page.keyboard.press('?')],
  ['error', 1440, 900, 'light', badText],
  ['bad-link', 1440, 900, 'dark', (page) => page.goto(`${page.url().split('#')[0]}#1broken`)],
  ['tablet-light', 768, 1024, 'light', explored, true],
  ['full-hd', 1920, 1080, 'dark', explored],
  ['phone-lanes', 360, 740, 'light'],
  ['phone-lanes-dark', 360, 740, 'dark', stepsBack(4)],
  ...['Memory', 'Source', 'Outcomes', 'Text'].map((panel) => [
    `phone-${panel.toLowerCase()}`,
    360,
    740,
    'light',
    (page) =>
      page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: panel }).click(),
    true,
  ]),
];

async function explored(page) {
  await page.keyboard.press('x');
  await page
    .getByText(/every interleaving,|stopped at/)
    .first()
    .waitFor({ timeout: 30_000 });
}

function stepsBack(count) {
  return async (page) => {
    for (let at = 0; at < count; at++) await page.keyboard.press('ArrowLeft');
  };
}

async function badText(page) {
  await page.getByRole('button', { name: 'Edit text' }).click();
  await page.locator('pagerace-editor .cm-content').press('Control+a');
  await page.keyboard.type('format = 1\ntitel = \n');
  await page.getByRole('button', { name: 'Apply' }).click();
}

const { url, close } = await serve({ folder: positionals[0] ?? 'dist', prefix: '/' });
const browser = await chromium.launch({
  executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
await mkdir(OUT, { recursive: true });
for (const [name, width, height, colorScheme, first, fullPage = false] of SHOTS) {
  if (!name.includes(values.only)) continue;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.on('console', (message) => console.log(`${name}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`${name}: ${error}`));
  await page.goto(url);
  await page.getByRole('button', { name: /^Step CPU0/ }).waitFor();
  await first?.(page);
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${OUT}/${name}.png`, fullPage });
  await page.close();
}
await browser.close();
await close();
