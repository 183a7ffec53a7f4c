import { expect, open, slider, test } from './page';

test('lists data races and goes to where one happens', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Data races' }).click();
  const races = page.locator('pagerace-races');
  await expect(races.getByRole('status')).toContainText(/v5\.17: \d+ data races/);
  const slow = races.getByRole('listitem').filter({ hasText: 'unset_migratetype_isolate' }).first();
  await slow.locator('summary').click();
  await expect(slow.locator('pre')).toContainText('BUG: KCSAN: data-race in');
  const show = slow.getByRole('button', { name: /show/ });
  await show.click();
  await expect(slider(page)).not.toHaveAttribute('max', '0');
  // Another kernel reads the type by READ_ONCE.
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.19');
  await expect(races.getByRole('status')).toContainText(/v5\.19/);
  await expect(races.getByText("pageblock 1's migratetype")).toHaveCount(0);
});
