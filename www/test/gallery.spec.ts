import type { Page } from '@playwright/test';
import { expect, open, place, slider, test, violations } from './page';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Gallery' });
const search = (page: Page) => dialog(page).getByRole('searchbox');
const links = (page: Page) => dialog(page).getByRole('link');

test('the gallery is searched, walked by arrows, and left with Enter', async ({ page }) => {
  await open(page);
  await page.keyboard.press('g');
  await expect(search(page)).toBeFocused();
  await expect(dialog(page).getByRole('heading', { name: 'Challenges' })).toBeVisible();
  const all = await links(page).count();
  expect(all).toBeGreaterThan(200);
  // A function that they call, and a kernel of their claims.
  await search(page).pressSequentially('munmap v5.17');
  await expect(dialog(page).getByRole('status')).toHaveText(new RegExp(`^\\d+ of ${all}$`));
  const hits = await links(page).count();
  expect(hits).toBeGreaterThan(2);
  expect(hits).toBeLessThan(20);
  await page.keyboard.press('ArrowDown');
  await expect(links(page).first()).toBeFocused();
  await page.keyboard.press('End');
  await expect(links(page).last()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  const name = await links(page)
    .nth(Math.max(0, hits - 2))
    .locator('.name')
    .textContent();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`#g=${name}`));
  await expect(page.getByRole('button', { name: /^Gallery/ })).toContainText(name ?? '-');
});

test('Enter in the search opens the first hit', async ({ page }) => {
  await open(page);
  await page.keyboard.press('g');
  await search(page).fill('munmap v5.17');
  const name = await links(page).first().locator('.name').textContent();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`#g=${name}`));
});

test('letters go to the search, Esc empties it and then closes', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^Gallery/ }).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('zebra');
  await expect(search(page)).toHaveValue('zebra');
  await expect(dialog(page)).toContainText('No scenario has all of these words: zebra.');
  await page.keyboard.press('Escape');
  await expect(search(page)).toHaveValue('');
  await expect(links(page).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole('button', { name: /^Gallery/ })).toBeFocused();
  const { at } = await place(page);
  await page.keyboard.press('ArrowLeft');
  await expect(slider(page)).toHaveValue(String(at - 1));
});

test('an entry says what goes wrong where, and leads to a page of its own', async ({ page }) => {
  await open(page);
  await page.keyboard.press('g');
  const front = dialog(page).getByRole('link', { name: /^cma-longterm-pin / });
  await expect(front).toHaveAttribute('href', '#g=cma-longterm-pin');
  await expect(front).toHaveAttribute('aria-current', 'true');
  await expect(front).toContainText('2 CPUs');
  await expect(front).toContainText(/goes wrong in v5\.8, v5\.9, /);
  await expect(front).toContainText(/tour of \d+ stops/);
});

for (const width of [360, 1440]) {
  test(`the gallery at ${width} px: nothing for axe, nothing over the edge`, async ({ page }) => {
    test.slow(); // axe looks at every element
    await page.setViewportSize({ width, height: 740 });
    await open(page);
    await page.getByRole('button', { name: /^Gallery/ }).click();
    await search(page).fill('challenge');
    await expect(links(page).first()).toBeVisible();
    expect(await violations(page)).toEqual([]);
    const low = await links(page).evaluateAll((all) =>
      all.map((it) => it.getBoundingClientRect().height).filter((height) => height < 44),
    );
    expect(low).toEqual([]);
    const over = await dialog(page).evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(over).toBe(0);
  });
}
