/** Kernels by outcomes: searched in the background, and each cell opens what it says. */
import type { Page } from '@playwright/test';
import { apply, expect, open, searched, slider, test, textOf, violations } from './page';

/** Ten kernels, one after the other where there are few processors: it may take its time. */
const allSearched = (page: Page) =>
  expect(page.getByText('every kernel searched')).toBeVisible({ timeout: 240_000 });

const LONGTERM = 'break longterm-pin-on-cma';

test('each kernel of the claims gets a column, and a cell opens its witness', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page);
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await allSearched(page);
  const names = await matrix.locator('thead .mono').allTextContents();
  expect(names).toContain('v5.17');
  const cell = (row: string, kernel: string) =>
    matrix
      .getByRole('row')
      .filter({ hasText: row })
      .first()
      .getByRole('cell')
      .nth(names.indexOf(kernel));
  await expect(cell(LONGTERM, 'v5.17')).toContainText('sometimes');
  await expect(cell(LONGTERM, 'v5.19')).toContainText('never');
  await expect(cell(LONGTERM, 'v5.19').getByRole('button')).toHaveCount(0);
  await expect(matrix.getByText(/broken$/)).toHaveCount(0);
  await expect(cell('Expectations', 'v5.19')).toContainText('met');

  const combobox = page.getByRole('combobox', { name: 'Kernel', exact: true });
  await combobox.selectOption('v5.19');
  await expect(matrix.locator('.own')).toContainText('v5.19');
  const open517 = cell(LONGTERM, 'v5.17').getByRole('button');
  const title = (await open517.getAttribute('title')) ?? '';
  await open517.click();
  await expect(combobox).toHaveValue('v5.17');
  const [, steps] = /(\d+) steps/.exec(title) ?? [];
  await expect(slider(page)).toHaveAttribute('max', steps ?? '');
  await expect(page.locator('pagerace-lanes .broke').first()).toContainText('longterm-pin-on-cma');
});

test('a kernel of the list is added, and one that cannot run it says why', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page);
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await allSearched(page);
  const before = await matrix.locator('thead th').count();
  const add = matrix.getByRole('combobox', { name: 'Add a kernel' });
  await add.selectOption('v3.16');
  await expect(matrix.locator('thead th')).toHaveCount(before + 1);
  await allSearched(page);
  await expect(matrix.locator('thead th').last()).toContainText('v3.16');
  await expect(matrix.locator('thead th').last()).toContainText(/states|cannot run it/);
});

test('the searches are cancelled, and go on when asked', async ({ page }) => {
  await open(page);
  const lanes = ['q', 'r'].map(
    (pin) =>
      `[[cpu]]\nprocess = "B"\nrun = ["${pin} = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(${pin})"]\n`,
  );
  const race = (await textOf(page)).replace(/\[schedule\][\s\S]*/, '');
  const claims = ['v5.17', 'v5.19'].map(
    (name) => `[[expect]]\nkernel = "${name}"\nsometimes = { end = "done" }\n`,
  );
  await apply(page, `${race}${lanes.join('')}${claims.join('')}`);
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await expect(matrix.getByText('0 of 2 kernels')).toBeVisible();
  await expect(matrix.locator('thead th').nth(1)).toContainText(/[\d,]+ states/);
  await matrix.getByRole('button', { name: 'Cancel' }).click();
  await expect(matrix.locator('thead th').nth(1)).toContainText('not searched');
  await matrix.getByRole('button', { name: 'Search 2 kernels' }).click();
  await expect(matrix.locator('thead th').nth(1)).toContainText(/[\d,]+ states/);
  await expect(matrix.getByRole('button', { name: 'Cancel' })).toBeVisible();
});

test('at 360 px the table scrolls under its first column', async ({ page }) => {
  test.setTimeout(300_000);
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '#g=cma-longterm-pin&view=outcomes');
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await allSearched(page);
  const first = matrix.getByRole('rowheader').filter({ hasText: LONGTERM });
  const scroll = matrix.locator('.scroll');
  const before = await first.boundingBox();
  await scroll.evaluate((it) => it.scrollTo({ left: it.scrollWidth }));
  expect(await scroll.evaluate((it) => it.scrollLeft)).toBeGreaterThan(0);
  expect((await first.boundingBox())?.x).toBe(before?.x);
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over).toBe(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the matrix: ${colorScheme}`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.emulateMedia({ colorScheme });
    await open(page);
    await page.keyboard.press('x');
    await searched(page);
    await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
    await allSearched(page);
    expect(await violations(page)).toEqual([]);
  });
}
