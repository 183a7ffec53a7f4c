/** The patch bench: lines of a function moved, dropped and inserted, as a patch of the text. */
import type { Page } from '@playwright/test';
import { apply, expect, open, test, textOf, violations } from './page';
import { PATCHED } from './patched';

const bench = (page: Page) => page.locator('pagerace-bench');
const line = (page: Page, label: string) =>
  bench(page)
    .getByRole('list', { name: /^Lines of/ })
    .locator('li')
    .filter({ has: page.locator('.label', { hasText: new RegExp(`^${label}$`) }) })
    .locator('button');

async function openBench(page: Page, name = 'is_pinnable_page'): Promise<void> {
  await page.getByRole('button', { name: 'Patch bench' }).click();
  await bench(page).getByRole('combobox', { name: 'Function' }).selectOption(name);
}

async function insert(page: Page, before: string, what: string): Promise<void> {
  await line(page, before).click();
  const details = bench(page).locator('details');
  if (!(await details.evaluate((it: HTMLDetailsElement) => it.open)))
    await details.locator('summary').click();
  await bench(page).getByRole('searchbox').fill(what);
  await bench(page).locator('.offers button').first().click();
}

test('a lock is inserted, the engine says when it balances, and the text has it', async ({
  page,
}) => {
  await open(page);
  await openBench(page);
  await insert(page, 'read', 'acquire zone->lock');
  await expect(bench(page).getByRole('alert')).toContainText(/zone->lock|lock/);
  await expect(bench(page).getByText('The patch does not fit yet.')).toBeVisible();
  const write = bench(page).getByRole('button', { name: 'Write into the scenario' });
  await expect(write).toHaveAttribute('aria-disabled', 'true');
  // Behind the read: in front of the line that follows it.
  const next = line(page, 'read').locator('xpath=../following-sibling::li[1]//button');
  await insert(page, (await next.locator('.label').textContent()) ?? '', 'release zone->lock');
  await expect(bench(page).getByText('The patch fits.')).toBeVisible();
  const diff = bench(page).getByRole('region', { name: /diff/ });
  await expect(diff.locator('.new')).toHaveCount(2);
  await expect(diff.locator('.gone')).toHaveCount(0);
  await write.click();
  await expect.poll(() => textOf(page)).toMatch(/patch = "mine"/);
  expect(await textOf(page)).toMatch(
    /\[\[patch\]\]\nname = "mine"\nfunction = "is_pinnable_page"\nedits = \[\n {4}\{ insert = "lock"/,
  );
  await expect(bench(page).getByText('As the scenario has it.')).toBeVisible();
  await bench(page).getByRole('button', { name: 'Compare with unpatched' }).click();
  await expect(page.locator('pagerace-compare').getByRole('combobox')).toHaveValue('v5.17');
});

test('a patch of the text is changed in its place, with its comments, and explored', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await open(page);
  await apply(page, PATCHED.replace('name = "locked"', 'name = "locked" # why'));
  await openBench(page);
  await expect(line(page, 'lock')).toContainText('inserted');
  await line(page, 'lock').click();
  await page.keyboard.press('Delete');
  await expect(bench(page).getByRole('alert')).toBeVisible();
  await line(page, 'unlock').click();
  await page.keyboard.press('Delete');
  await expect(line(page, 'unlock')).toHaveCount(0);
  await line(page, 'no').click();
  await bench(page).getByRole('button', { name: 'Undo' }).click();
  await bench(page).getByRole('button', { name: 'Undo' }).click();
  await expect(line(page, 'lock')).toHaveCount(1);
  // What the patch `never` does, by hand: the answer is no whatever was read.
  for (const label of ['lock', 'unlock']) {
    await line(page, label).click();
    await bench(page).getByRole('button', { name: 'Drop' }).click();
  }
  await line(page, 'no').click();
  while (
    (await bench(page).locator('.label').allTextContents()).indexOf('no') >
    (await bench(page).locator('.label').allTextContents()).indexOf('yes')
  )
    await page.keyboard.press('Alt+ArrowUp');
  await line(page, 'yes').click();
  await bench(page).getByRole('button', { name: 'Drop' }).click();
  await expect(bench(page).getByText('The patch fits.')).toBeVisible();
  await bench(page).getByRole('button', { name: 'Explore' }).click();
  const searched = page.locator('pagerace-outcomes').getByText(/^every interleaving searched/);
  await expect(searched).toBeVisible({ timeout: 200_000 });
  const row = page
    .locator('pagerace-outcomes')
    .getByRole('row')
    .filter({ hasText: 'longterm-pin-on-cma' });
  await expect(row.first()).toContainText('never');
  const text = await textOf(page);
  expect(text).toContain('name = "locked" # why');
  expect(text.match(/\[\[patch\]\]/g)).toHaveLength(2);
  expect(text).not.toContain('acquire');
});

test('lines are dragged', async ({ page }) => {
  await open(page);
  await openBench(page);
  const labels = () => bench(page).locator('.label').allTextContents();
  const [first, , third] = await labels();
  await line(page, third ?? '').dragTo(line(page, first ?? ''));
  expect((await labels())[0]).toBe(third);
  await bench(page).getByRole('button', { name: 'Undo' }).click();
  expect((await labels())[0]).toBe(first);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the bench: ${colorScheme}`, async ({ page }) => {
    test.slow(); // axe looks at every element
    await page.emulateMedia({ colorScheme });
    await open(page);
    await openBench(page);
    await insert(page, 'read', 'acquire zone->lock');
    await expect(bench(page).getByRole('alert')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}
