import { apply, expect, open, searched, test } from './page';

const TEXT = `format = 1
title = "A patch of the reader's own"
about = "The type is read under the lock of the zone, which helps nobody."

[kernel]
base = "v5.17"
patch = "locked"

[[patch]]
name = "locked"
function = "is_pinnable_page"
edits = [
    { insert = "lock", acquire = "zone->lock", before = "read" },
    { insert = "unlock", release = "zone->lock", after = "read" },
]

[[patch]]
name = "never"
function = "is_pinnable_page"
edits = [{ move = "no", before = "yes" }, { drop = "yes" }]

[machine]
pageblock_pages = 2
blocks = ["movable", "cma:area0", "movable", "unmovable"]

[[process]]
name = "B"
map = ["a = page 2 anon rw"]

[[cpu]]
run = ["cma_alloc(area0, 2)"]

[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM)"]

[schedule]
steps = "1*5 0*2"
`;

test('a patch of the text changes the listing and the outcomes', async ({ page }) => {
  await open(page);
  await apply(page, TEXT);
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
  const row = outcomes.getByRole('row').filter({ hasText: 'breaks longterm-pin-on-cma' });
  await expect(row.first()).toContainText('never');
  await expect(listing.locator('.dropped')).toHaveCount(1);
  await patch.selectOption('none');
  await expect(outcomes.locator('.aside')).toHaveText('v5.17');
  await expect(listing.locator('.mark')).toHaveCount(0);
});
