/** Kernels by outcomes: searched in the background, and each cell opens what it says. */
import { expect, open, searched, slider, test, violations } from './page';

const LONGTERM = 'break longterm-pin-on-cma';

test('each kernel of the claims gets a column, and a cell opens its witness', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await expect(matrix.getByText('every kernel searched')).toBeVisible();
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
  await open(page);
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await expect(matrix.getByText('every kernel searched')).toBeVisible();
  const before = await matrix.locator('thead th').count();
  const add = matrix.getByRole('combobox', { name: 'Add a kernel' });
  await add.selectOption('v3.16');
  await expect(matrix.locator('thead th')).toHaveCount(before + 1);
  await expect(matrix.getByText('every kernel searched')).toBeVisible();
  await expect(matrix.locator('thead th').last()).toContainText('v3.16');
  await expect(matrix.locator('thead th').last()).toContainText(/states|cannot run it/);
});

test('the searches are cancelled, and go on when asked', async ({ page }) => {
  await open(page, '#g=cma-lru-pagevec-pin');
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  const cancel = matrix.getByRole('button', { name: 'Cancel' });
  const all = matrix.getByText('every kernel searched');
  await expect(cancel.or(all)).toBeVisible();
  if (await cancel.isVisible()) await cancel.click();
  const again = matrix.getByRole('button', { name: /^Search \d+ kernel/ });
  await expect(again.or(all)).toBeVisible();
  if (await again.isVisible()) await again.click();
  await expect(all).toBeVisible();
});

test('at 360 px the table scrolls under its first column', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '#g=cma-longterm-pin&view=outcomes');
  await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
  const matrix = page.locator('pagerace-matrix');
  await expect(matrix.getByText('every kernel searched')).toBeVisible();
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
    test.slow(); // axe looks at every element
    await page.emulateMedia({ colorScheme });
    await open(page);
    await page.keyboard.press('x');
    await searched(page);
    await page.getByRole('button', { name: 'Kernels by outcomes' }).click();
    await expect(page.getByText('every kernel searched')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}
