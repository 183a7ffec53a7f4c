/** The composer's claims, earlier calls, patches, settings of CPUs, and the reader's own names. */
import type { Page } from '@playwright/test';
import { add, calls, composer, dialog, fresh, lane } from './composing';
import { expect, open, opened, searched, test, textOf as text, violations } from './page';

const claim = (page: Page, at: number) =>
  composer(page).locator('pagerace-compose-claims .claims > li').nth(at);
const compose = (page: Page) => page.getByRole('button', { name: 'Compose', exact: true }).first();

test('a claim is made, changed part by part, judged, and undone', async ({ page }) => {
  await fresh(page);
  await add(page, 0, 'cma_alloc', () => dialog(page).getByLabel('count').fill('2'));
  const before = await text(page);
  await composer(page).getByRole('button', { name: 'Add a claim' }).click();
  await expect.poll(() => text(page)).toContain('[[expect]]\nsometimes = { end = "done" }\n');
  await claim(page, 0).locator('summary').click();
  await claim(page, 0).getByLabel('How often, claim 1').selectOption('always');
  await expect.poll(() => text(page)).toContain('always = { end = "done" }');
  await claim(page, 0).getByRole('combobox', { name: 'and' }).selectOption('cpu0');
  await expect.poll(() => text(page)).toContain('always = { end = "done", cpu0 = "0" }');
  await claim(page, 0).getByLabel('cpu0 returns').fill('2');
  await claim(page, 0).getByLabel('cpu0 returns').press('Enter');
  await expect.poll(() => text(page)).toContain('always = { end = "done", cpu0 = "2" }');
  await claim(page, 0).getByRole('button', { name: 'Remove end' }).click();
  await expect.poll(() => text(page)).toContain('always = { cpu0 = "2" }');
  await claim(page, 0).getByRole('combobox', { name: 'under' }).selectOption('v5.19');
  await expect.poll(() => text(page)).toContain('always = { cpu0 = "2" }\nkernel = "v5.19"\n');
  await expect(claim(page, 0).locator('summary')).toHaveText('always cpu0 = 2 under v5.19');
  await claim(page, 0).getByRole('combobox', { name: 'under' }).selectOption('');
  await page.getByRole('button', { name: 'Explore', exact: true }).click();
  await searched(page);
  await expect(page.locator('pagerace-outcomes')).toContainText('always cpu0 = 2');
  await claim(page, 0).getByRole('button', { name: 'Remove claim 1' }).click();
  await expect(claim(page, 0)).toHaveCount(0);
  await expect(composer(page).getByRole('button', { name: 'Add a claim' })).toBeFocused();
  expect((await text(page)).replace(/\n\[schedule\]\nsteps = ".*"\n/, '')).toBe(before);
  for (let edits = 0; edits < 8; edits++) await page.keyboard.press('Control+z');
  await expect.poll(() => text(page)).toBe(before);
});

test('properties of a claim come from the engine, one or several', async ({ page }) => {
  await open(page);
  await compose(page).click();
  const first = claim(page, 0);
  await first.locator('summary').click();
  const breaks = first.getByRole('combobox', { name: /^breaks/ });
  const old = await breaks.first().inputValue();
  await first.getByRole('combobox', { name: 'and' }).selectOption('breaks');
  await expect(breaks).toHaveCount(2);
  await breaks.nth(1).selectOption('lock-discipline');
  await expect.poll(() => text(page)).toContain(`breaks = ["${old}", "lock-discipline"]`);
  await first.getByRole('button', { name: 'Remove breaks' }).nth(0).click();
  await expect.poll(() => text(page)).toContain('breaks = "lock-discipline"');
});

test('calls that have returned before are added like all others', async ({ page }) => {
  await fresh(page);
  const empty = await text(page);
  await composer(page).getByRole('button', { name: 'Add earlier calls' }).focus();
  await page.keyboard.press('Enter');
  const earlier = composer(page).getByRole('group', { name: 'Earlier calls 1', exact: true });
  const button = earlier.getByRole('button', { name: 'Add an operation' });
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText('before the lanes begin');
  await dialog(page).getByRole('combobox', { name: 'Search operations' }).fill('store');
  await dialog(page)
    .getByRole('option')
    .filter({ hasText: /^\s*store\(/ })
    .click();
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await expect(earlier.locator('.calls code')).toHaveText(['store(a, 1)']);
  await expect
    .poll(() => text(page))
    .toContain('[[before]]\nprocess = "A"\nrun = ["store(a, 1)"]\n');
  await expect(composer(page).getByRole('alert')).toHaveCount(0);
  for (let edits = 0; edits < 2; edits++)
    await composer(page).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => text(page)).toBe(empty);
});

test('a CPU starts with pages on its pcplist and with translations', async ({ page }) => {
  await fresh(page);
  const empty = await text(page);
  const more = lane(page, 1).getByRole('combobox', { name: /^Starts with/ });
  await more.selectOption('pcp');
  await expect.poll(() => text(page)).toContain('run = []\npcp = [7]\n');
  await lane(page, 1).getByRole('textbox', { name: /^pcp/ }).fill('6, 7');
  await page.keyboard.press('Enter');
  await expect.poll(() => text(page)).toContain('pcp = [6, 7]');
  await more.selectOption('tlb');
  await expect.poll(() => text(page)).toContain('tlb = ["a"]');
  await lane(page, 1).getByRole('checkbox', { name: 'a' }).click();
  await expect.poll(() => text(page)).not.toContain('tlb');
  await lane(page, 1).getByRole('button', { name: 'Remove pcp of CPU1' }).click();
  await expect.poll(() => text(page)).toBe(empty);
});

test('processes and mappings get other names, wherever they are named', async ({ page }) => {
  await fresh(page);
  await add(page, 0, 'munmap');
  await expect(calls(page, 0)).toHaveText(['munmap(a)']);
  const mapping = composer(page).getByRole('textbox', { name: 'Name of mapping a of A' });
  await mapping.fill('buffer');
  await mapping.press('Enter');
  await expect(calls(page, 0)).toHaveText(['munmap(buffer)']);
  expect(await text(page)).toContain('map = ["buffer = page 2 anon rw"]');
  const process = composer(page).getByRole('textbox', { name: 'Name of process A' });
  await process.fill('no name');
  await process.press('Enter');
  expect(await process.evaluate((it) => it.matches(':invalid'))).toBe(true);
  await process.fill('writer');
  await process.press('Enter');
  await expect.poll(() => text(page)).not.toContain('"A"');
  expect((await text(page)).match(/process = "writer"/g)).toHaveLength(2);
  expect(await text(page)).toContain('# Pages 2 and 3 are of a CMA area; the process maps page 2.');
  for (let edits = 0; edits < 2; edits++)
    await composer(page).getByRole('button', { name: 'Undo' }).click();
  await expect(calls(page, 0)).toHaveText(['munmap(a)']);
});

test('patches are listed, lead to the bench, and are taken out', async ({ page }) => {
  await open(page, '#g=patch-mmap-lock-around-pin');
  await opened(page);
  await compose(page).click();
  const patches = composer(page).locator('pagerace-compose-patches');
  const rows = patches.getByRole('listitem');
  await expect(rows.first()).toContainText('pin_user_pages_fast');
  const many = await rows.count();
  await rows
    .first()
    .getByRole('button', { name: /on the bench$/ })
    .click();
  const bench = page.locator('pagerace-bench');
  await expect(bench.getByRole('heading', { name: 'Patch bench' })).toBeFocused();
  await expect(bench.getByRole('combobox', { name: 'Function' })).toHaveValue(
    'pin_user_pages_fast',
  );
  await page.getByRole('button', { name: 'Compose', exact: true }).first().click();
  const old = await text(page);
  await rows
    .first()
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(rows).toHaveCount(many - 1);
  await composer(page).getByRole('button', { name: 'Undo' }).first().click();
  await expect.poll(() => text(page)).toBe(old);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the composer at 360 px: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 800 });
    await fresh(page);
    await composer(page).getByRole('button', { name: 'Add a claim' }).click();
    await claim(page, 0).locator('summary').click();
    await composer(page).getByRole('button', { name: 'Add earlier calls' }).click();
    await lane(page, 0)
      .getByRole('combobox', { name: /^Starts with/ })
      .selectOption('tlb');
    await expect(lane(page, 0).getByRole('checkbox', { name: 'a' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
  });
}
