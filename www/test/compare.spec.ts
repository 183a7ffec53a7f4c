/** One schedule under two kernels. */
import { apply, expect, open, standsAt, test, violations } from './page';
import { PATCHED } from './patched';

test('the same steps under another kernel: the first difference, and both ends', async ({
  page,
}) => {
  await open(page);
  await page.getByRole('button', { name: 'Compare two kernels' }).click();
  const compare = page.locator('pagerace-compare');
  await compare.getByRole('combobox').selectOption('v5.19');
  await expect(compare.getByText('They end differently.')).toBeVisible();
  const ends = compare.locator('.ends li');
  await expect(ends.nth(0)).toContainText('breaks longterm-pin-on-cma');
  await expect(ends.nth(1)).toContainText('no property broken');
  const first = compare.locator('.first');
  await expect(first).toHaveCount(1);
  await expect(first).toContainText('first difference');
  await expect(first).toBeFocused();
  // All rows above it are alike.
  const index = await first.evaluate((it) =>
    [...(it.parentElement?.children ?? [])].filter((row) => !row.matches('.note')).indexOf(it),
  );
  await expect(compare.locator('tr.same')).not.toHaveCount(0);
  expect(index).toBeGreaterThan(0);
  await ends.nth(1).getByRole('button', { name: /^Load/ }).click();
  await expect(page.getByRole('combobox', { name: 'Kernel', exact: true })).toHaveValue('v5.19');
  await expect(page.locator('pagerace-lanes .broke')).toHaveCount(0);
});

test('with and without the patch of the text', async ({ page }) => {
  await open(page);
  await apply(page, PATCHED);
  await standsAt(page, 7);
  await page.getByRole('button', { name: 'Compare two kernels' }).click();
  const compare = page.locator('pagerace-compare');
  await expect(compare.getByRole('combobox')).toHaveValue('v5.17');
  await compare.getByRole('button', { name: /^Compare 7 steps/ }).click();
  await expect(compare.getByRole('status')).toContainText(/first difference is step \d+/);
  await expect(compare.locator('.first')).toContainText('spin_lock_irqsave(&zone->lock)');
  await expect(compare.locator('.first')).toContainText('not under v5.17');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the comparison: ${colorScheme}`, async ({ page }) => {
    test.slow(); // axe looks at every element
    await page.emulateMedia({ colorScheme });
    await open(page);
    await page.getByRole('button', { name: 'Compare two kernels' }).click();
    await page.locator('pagerace-compare').getByRole('combobox').selectOption('v5.19');
    await expect(page.locator('pagerace-compare .ends')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}
