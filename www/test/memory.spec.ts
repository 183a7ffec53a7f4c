/** The zone: blocks to scale, pcplists, counters against what they count, who keeps a page. */
import { expect, open, slider, test, violations } from './page';

test('a free block is as long as it has pages, and a stray one says so', async ({ page }) => {
  await open(page, '#g=isolation-free-to-normal-list');
  const memory = page.locator('pagerace-memory');
  // At the end all four pages of the isolated block are on the CMA list.
  await page.keyboard.press('End');
  for (let left = 4; left > 0; left--) await page.keyboard.press('ArrowLeft');
  const whole = memory.getByRole('button', {
    name: 'pages 4–7 on a list of type C, in a pageblock of type I',
  });
  await expect(whole).toBeVisible();
  await page.keyboard.press('Home');
  const half = memory.getByRole('button', { name: 'pages 4–5 on a list of type C', exact: true });
  const width = async (of: typeof half) => (await of.boundingBox())?.width ?? 0;
  const two = await width(half);
  const four = await width(
    memory.getByRole('button', { name: 'pages 0–3 on a list of type U', exact: true }),
  );
  expect(four).toBeCloseTo(2 * two, 0);
  await half.click();
  await expect(memory.getByRole('heading', { name: 'Who holds page 4' })).toBeVisible();
});

test('counters show their drift, and agree without one', async ({ page }) => {
  await open(page, '#g=isolation-free-to-normal-list');
  const row = page.locator('pagerace-memory').getByRole('row').filter({ hasText: 'NR_FREE_PAGES' });
  await page.keyboard.press('Home');
  await expect(row).toContainText('= on the lists');
  await page.keyboard.press('End');
  await expect(row).toContainText('drift −2');
});

test("a parked page is on its CPU's pcplist, and marked in an isolated block", async ({ page }) => {
  await open(page, '#g=isolation-pcp-flushed-by-noted-type');
  const memory = page.locator('pagerace-memory');
  await page.keyboard.press('Home');
  const plain = memory.getByRole('button', { name: 'page 6 on a list of type M', exact: true });
  await expect(plain).toBeVisible();
  await expect(memory.getByRole('row').filter({ hasText: 'CPU1' })).toContainText('1 of 6, by 1');
  await slider(page).fill('2');
  const stray = memory.getByRole('button', { name: /^page 6 .*in a pageblock of type I$/ });
  await expect(stray).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('the ledger says who keeps a page from migration', async ({ page }) => {
  await open(page, '#g=cma-zap-window');
  await slider(page).fill('6');
  await page.getByRole('button', { name: /^page 1: / }).click();
  const ledger = page.locator('pagerace-ledger');
  await expect(ledger).toContainText("expected 0, actual 1: CPU1's mmu_gather holds it");
  await expect(page.locator('pagerace-lanes')).toContainText('mmu_gather: page 1');
});
