import { expect, open, place, slider, standsAt, stepButton, test, textOf } from './page';

test('a copied link opens the same text, schedule and place', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await page.keyboard.press('1');
  await standsAt(page, 2);
  await page.keyboard.press('1');
  await standsAt(page, 3);
  await page.keyboard.press('ArrowLeft');
  await standsAt(page, 2);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/#1[A-Za-z0-9_-]+&at=2$/);
  const text = await textOf(page);
  const other = await context.newPage();
  await other.goto(link);
  await expect(stepButton(other, 0)).toBeVisible();
  expect(await place(other)).toEqual({ at: 2, of: 3 });
  expect(await textOf(other)).toBe(text);
  await other.close();
});

test('the address follows by itself, without new history entries', async ({ page }) => {
  await open(page);
  const entries = await page.evaluate(() => history.length);
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#1[A-Za-z0-9_-]{50,}/);
  expect(await page.evaluate(() => history.length)).toBe(entries);
  await page.reload();
  await expect(slider(page)).toHaveAttribute('max', '1');
});

test('where the clipboard is refused the link can be selected', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new Error('refused')) },
    });
  });
  await open(page);
  await page.keyboard.press('s');
  const box = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
  await expect(box).toHaveValue(/#1[A-Za-z0-9_-]+/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a link pasted into an open page is opened', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    location.hash = '#g=cma-longterm-pin&at=2';
  });
  await standsAt(page, 2);
});

for (const [name, hash, words] of [
  ['cut short', '#1abc', /.{10}/],
  ['of no version', '#hello', /version/],
  ['to a scenario that is not there', '#g=no-such-race', /no-such-race/],
] as const) {
  test(`a link ${name} says so, keeps its text, and offers the gallery`, async ({ page }) => {
    await open(page, hash);
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('This link does not open');
    await expect(alert).toContainText(words);
    await expect(alert.getByRole('textbox')).toHaveValue(hash.slice(1));
    await alert.getByRole('button', { name: /gallery/ }).click();
    await expect(alert).toBeHidden();
    await expect(page).toHaveURL(/#g=cma-longterm-pin/);
  });
}
