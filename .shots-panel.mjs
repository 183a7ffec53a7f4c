import { chromium } from '@playwright/test';
import { serve } from './www/tools/serve.mjs';

const only = process.argv[2] ?? '';
const { url, close } = await serve({ folder: 'dist', prefix: '/' });
const browser = await chromium.launch({
  executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const tool = async (page, name) => {
  await page.getByRole('button', { name }).click();
};
const JOBS = {
  async matrix(page) {
    await tool(page, 'Kernels by outcomes');
    await page.getByText('every kernel searched').waitFor({ timeout: 120000 });
  },
  async compare(page) {
    await tool(page, 'Compare two kernels');
    await page.locator('pagerace-compare select').selectOption('v5.19');
    await page.locator('pagerace-compare .ends').waitFor({ timeout: 60000 });
    await page.waitForTimeout(500);
  },
  async bench(page) {
    await tool(page, 'Patch bench');
    const b = page.locator('pagerace-bench');
    await b.getByRole('combobox', { name: 'Function' }).selectOption('is_pinnable_page');
    await b.locator('.lines button').nth(1).click();
    await b.locator('summary').click();
    await b.getByRole('searchbox').fill('acquire');
    await b.locator('.offers button').first().click();
    await b.getByRole('alert').waitFor();
    await b.getByRole('searchbox').fill('');
    await b.locator('.lines button').nth(0).click();
    await b.getByRole('button', { name: 'Move down' }).click();
    await page.waitForTimeout(500);
  },
  async predict(page) {
    await tool(page, 'Predict first');
    const p = page.locator('pagerace-predict');
    await p.getByRole('checkbox').first().check({ timeout: 60000 });
    await p.getByRole('button', { name: 'Show the answer' }).click();
  },
};
for (const [name, job] of Object.entries(JOBS)) {
  if (only && only !== name) continue;
  for (const [width, height, colorScheme] of [
    [1440, 900, 'light'],
    [360, 740, 'dark'],
  ]) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.on('console', (m) => console.log(name, width, m.text()));
    page.on('pageerror', (e) => console.log(name, width, e.message));
    await page.goto(`${url}${width === 360 ? '#g=cma-longterm-pin&view=outcomes' : ''}`);
    await page.locator('pagerace-tools button').first().waitFor({ timeout: 60000 });
    try {
      await job(page);
      await page
        .locator('pagerace-tools')
        .screenshot({ path: `/tmp/panel-shots/${name}-${width}.png` });
    } catch (error) {
      console.log(name, width, String(error).slice(0, 600));
      await page.screenshot({ path: `/tmp/panel-shots/${name}-${width}.png`, fullPage: true });
    }
    await page.close();
  }
}
await browser.close();
close();
