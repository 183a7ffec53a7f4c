import type { Page } from '@playwright/test';
import {
  apply,
  expect,
  fromGallery,
  open,
  place,
  searched,
  slider,
  standsAt,
  stepButton,
  test,
  textOf,
} from './page';

/** The link that the share menu shows. */
async function linkOf(page: Page): Promise<string> {
  await page.keyboard.press('s');
  const box = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
  await expect(box).toHaveValue(/#/);
  const link = await box.inputValue();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  return link.replace(/^[^#]*/, '');
}

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
  await page.keyboard.press('c');
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
  await page.keyboard.press('c');
  const box = page.getByRole('dialog').getByRole('textbox', { name: 'Link' });
  await expect(box).toHaveValue(/#g=cma-longterm-pin$/);
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

test('the same text and view have the same link, and no more is in it than is needed', async ({
  page,
}) => {
  await open(page);
  expect(await linkOf(page)).toBe('#g=cma-longterm-pin');
  await page.keyboard.press('End');
  await expect.poll(async () => (await place(page)).at).toBe((await place(page)).of);
  const { of } = await place(page);
  expect(await linkOf(page)).toBe(`#g=cma-longterm-pin&at=${of}`);
  const text = await textOf(page);
  await apply(page, `${text}\n# mine\n`);
  const own = await linkOf(page);
  expect(own).toMatch(/^#1[A-Za-z0-9_-]+$/);
  // The long way round to the same.
  await apply(page, text.replace(/^title = .*/m, 'title = "Another"'));
  await page.goto('about:blank');
  await open(page, own);
  expect(await linkOf(page)).toBe(own);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await page.keyboard.press('n');
  expect(await linkOf(page)).toBe(own);
});

test('undone edits lead back to the link that can be read', async ({ page }) => {
  await open(page);
  await fromGallery(page, 'cma-short-pin');
  await expect(page).toHaveURL(/g=cma-short-pin/);
  await apply(page, `${await textOf(page)}\n# mine\n`);
  await expect(page).toHaveURL(/#1/);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page).toHaveURL(/#g=cma-short-pin/);
});

test('a link from an explored race carries a digest of the outcomes', async ({ page }) => {
  await open(page);
  await page.keyboard.press('x');
  await searched(page);
  const link = await linkOf(page);
  expect(link).toMatch(/^#g=cma-longterm-pin&view=outcomes&o=[0-9a-f]{8}$/);
  await page.goto('about:blank');
  await open(page, link);
  expect(await linkOf(page)).toBe(link);
  await page.keyboard.press('x');
  await searched(page);
  expect(await linkOf(page)).toBe(link);
  await expect(page.getByRole('alert')).toHaveCount(0);
  // Another order of the search, and more steps, make no other digest.
  await page.keyboard.press('Home');
  await page.keyboard.press('1');
  await standsAt(page, 1);
  expect((await linkOf(page)).slice(-10)).toBe(link.slice(-10));
});

test('who opens a link is told when the outcomes have changed since', async ({ page }) => {
  await open(page, '#g=cma-longterm-pin&o=00000000');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.keyboard.press('x');
  await searched(page);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('outcomes have changed since this link was made');
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await page.keyboard.press('x');
  await searched(page);
  await expect(alert).toHaveCount(0);
});

test('an edit ends what the link said of the outcomes', async ({ page }) => {
  await open(page, '#g=cma-longterm-pin&o=00000000');
  await apply(page, `${await textOf(page)}\n# mine\n`);
  await page.keyboard.press('x');
  await searched(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

for (const [name, hash, words] of [
  ['cut short', '#1abc', /.{10}/],
  ['with more behind its end', '#1S8svyk0sUbBVMOQCAAAAAAAAAAAA', /damaged/],
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
