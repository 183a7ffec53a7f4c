import { apply, expect, open, searched, test } from './page';
import { PATCHED } from './patched';

test('a patch of the text changes the listing and the outcomes', async ({ page }) => {
  await open(page);
  await apply(page, PATCHED);
  const listing = page.locator('pagerace-source .listing');
  await page.getByRole('group', { name: 'Whose source' }).getByText('CPU1').click();
  await expect(listing.locator('.inserted')).toHaveCount(2);
  await expect(listing.locator('.inserted').first()).toContainText(
    'spin_lock_irqsave(&zone->lock)',
  );
  await page.keyboard.press('x');
  await searched(page);
  const outcomes = page.locator('pagerace-outcomes');
  await expect(outcomes.getByText('v5.17 + locked').first()).toBeVisible();
  await expect(outcomes.getByText('breaks longterm-pin-on-cma').first()).toBeVisible();

  const patch = page.getByRole('combobox', { name: /^Patch/ });
  await patch.selectOption('never');
  await expect(outcomes.getByText('v5.17 + never').first()).toBeVisible();
  await searched(page);
  const row = outcomes.getByRole('row').filter({ hasText: /breaks any of \d+ properties/ });
  await expect(row).toContainText('never');
  await row.locator('summary').click();
  await expect(row).toContainText('longterm-pin-on-cma');
  await expect(listing.locator('.dropped')).toHaveCount(1);
  await patch.selectOption('none');
  await expect(outcomes.locator('.aside')).toHaveText('v5.17');
  await expect(listing.locator('.mark')).toHaveCount(0);
});
