import { expect, fromGallery, open, test, textOf, violations, write } from './page';

/** How many modules were loaded; who searches loads the larger one, too, when all is calm. */
const modules = (urls: string[]) => new Set(urls.filter((url) => url.endsWith('.wasm'))).size;

test('a scenario that asks for more loads the module with all routines, and no other does', async ({
  page,
}) => {
  const urls: string[] = [];
  page.on('request', (request) => urls.push(request.url()));
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await open(page);
  expect(modules(urls)).toBe(1);
  await fromGallery(page, 'thp-cow-stops-unplug');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('A huge page after one copy');
  expect(modules(urls)).toBe(2);
  // The larger engine goes on with the next scenario.
  await fromGallery(page, 'cma-longterm-pin');
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('huge page');
  expect(modules(urls)).toBe(2);
});

test('a compound page shows its counts, and the past that made them', async ({ page }) => {
  await open(page, '#g=thp-cow-stops-unplug');
  await expect(page.getByText('Before: P: fork(C) C: store(a+1, 7)')).toBeVisible();
  const table = page.getByRole('region', { name: 'Compound pages' });
  const row = table.getByRole('row').nth(1);
  await expect(row).toContainText('pages 8 to 11');
  const cells = row.getByRole('cell');
  await expect(cells.nth(0)).toHaveText('4');
  await expect(cells.nth(1)).toHaveText('4');
  await expect(cells.nth(2)).toHaveText('2 1 2 2');
  await expect(cells.nth(3)).toHaveText('1');
  await expect(cells.nth(4)).toContainText('PG_double_map');
  await expect(page.locator('pagerace-system')).toContainText('pmd huge page 8 ro dirty');
  await expect(page.locator('pagerace-system')).toContainText('pmd page table');
  expect(await violations(page)).toEqual([]);
});

test('a section goes offline and vanishes with its struct pages', async ({ page }) => {
  await open(page, '#g=offline-compaction-touches-removed-page');
  const sections = page.getByRole('region', { name: 'Sections' });
  const last = sections.getByRole('row').last();
  await expect(last).toContainText('removed');
  await expect(page.getByRole('button', { name: /^page 3: / })).toContainText('no struct page');
  await page.keyboard.press('Home');
  await expect(last).not.toContainText('removed');
  await expect(last).toContainText('yes');
  expect(await violations(page)).toEqual([]);
});

test('text that no module can open is told about as ever', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Edit text' }).click();
  await write(page, (await textOf(page)).replace('title =', 'titel ='));
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('`titel`').first()).toBeVisible();
});
