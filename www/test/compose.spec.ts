import { add, calls, composer, dialog, fresh, lane } from './composing';
import {
  expect,
  open,
  searched,
  slider,
  stepButton,
  test,
  textOf as text,
  violations,
} from './page';

test('a race is composed with the mouse, and all of it undone', async ({ page }) => {
  await fresh(page);
  const empty = await text(page);
  await add(page, 0, 'cma_alloc', () => dialog(page).getByLabel('count').fill('2'));
  await expect(calls(page, 0)).toHaveText(['cma_alloc(area0, 2)']);
  await add(page, 1, 'pin_user_pages_fast', async () => {
    await dialog(page).getByRole('checkbox', { name: 'FOLL_LONGTERM' }).check();
    const preview = dialog(page).locator('output');
    await expect(preview).toHaveText('p = pin_user_pages_fast(a, FOLL_LONGTERM)');
  });
  await expect(calls(page, 1)).toHaveText(['p = pin_user_pages_fast(a, FOLL_LONGTERM)']);
  expect(await text(page)).toContain('# Pages 2 and 3 are of a CMA area');
  expect(await text(page)).toContain('run = ["cma_alloc(area0, 2)"]');
  await stepButton(page, 1).click();
  await expect(slider(page)).toHaveAttribute('max', '1');
  await page.getByRole('button', { name: 'Explore', exact: true }).click();
  await searched(page);
  await expect(page.locator('pagerace-outcomes')).toContainText('longterm-pin-on-cma');
  for (let edits = 0; edits < 2; edits++) {
    await composer(page).getByRole('button', { name: 'Undo' }).click();
    await expect(calls(page, 1 - edits)).toHaveCount(0);
  }
  expect((await text(page)).replace(/\n\[schedule\]\nsteps = ".*"\n/, '')).toBe(empty);
  await composer(page).getByRole('button', { name: 'Redo' }).click();
  await expect(calls(page, 0)).toHaveText(['cma_alloc(area0, 2)']);
});

test('a race is composed with the keyboard alone', async ({ page }) => {
  await fresh(page);
  const type = async (name: string) => {
    await expect(dialog(page).getByRole('combobox', { name: 'Search operations' })).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await expect(dialog(page).locator('output')).toContainText(name);
    await page.keyboard.press('Enter');
    await expect(dialog(page)).toBeHidden();
  };
  await lane(page, 0).getByRole('button', { name: 'Add an operation' }).focus();
  await page.keyboard.press('Enter');
  await type('munmap');
  await expect(calls(page, 0)).toHaveText(['munmap(a)']);
  await expect(lane(page, 0).getByRole('button', { name: 'munmap(a)', exact: true })).toBeFocused();
  await lane(page, 0).getByRole('button', { name: 'Add an operation' }).focus();
  await page.keyboard.press('Enter');
  await type('drain_all_pages');
  await expect(calls(page, 0)).toHaveText(['munmap(a)', 'drain_all_pages()']);
  await page.keyboard.press('Alt+ArrowUp');
  await expect(calls(page, 0)).toHaveText(['drain_all_pages()', 'munmap(a)']);
  await page.keyboard.press('Alt+ArrowRight');
  await expect(calls(page, 1)).toHaveText(['drain_all_pages()']);
  const moved = lane(page, 1).getByRole('button', { name: 'drain_all_pages()', exact: true });
  await expect(moved).toBeFocused();
  await expect(page.locator('pagerace-dock .spoken')).toContainText('CPU1, place 1');
  await page.keyboard.press('Control+z');
  await expect(calls(page, 0)).toHaveText(['drain_all_pages()', 'munmap(a)']);
  await page.keyboard.press('Control+Shift+z');
  await expect(calls(page, 1)).toHaveText(['drain_all_pages()']);
});

test('a call is dragged to another CPU', async ({ page }) => {
  await fresh(page);
  await add(page, 0, 'drain_all_pages');
  await lane(page, 0).locator('.handle').hover();
  await page.mouse.down();
  const target = await lane(page, 1).locator('.calls').boundingBox();
  if (!target) throw new Error('no list');
  await page.mouse.move(target.x + 40, target.y + 6, { steps: 4 });
  await page.mouse.up();
  await expect(calls(page, 1)).toHaveText(['drain_all_pages()']);
  await expect(calls(page, 0)).toHaveCount(0);
});

test('what the engine refuses is kept as a draft, told, and undone at once', async ({ page }) => {
  await fresh(page);
  const before = await text(page);
  await composer(page).getByRole('button', { name: 'Remove process A' }).click();
  const alert = composer(page).getByRole('alert');
  await expect(alert).toContainText('There is no process `A`');
  expect(await text(page)).not.toContain('[[process]]');
  await alert.getByRole('button', { name: 'Undo this' }).click();
  await expect(alert).toHaveCount(0);
  expect(await text(page)).toBe(before);
});

test('claims and a schedule that do not fit an edit are told, never dropped', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Compose', exact: true }).first().click();
  const call = lane(page, 0).getByRole('button', { name: 'Remove cma_alloc(area0, 2)' });
  await call.click();
  const alert = composer(page).getByRole('alert');
  await expect(alert).toContainText('cpu0');
  await alert.getByRole('button', { name: 'Take these claims out' }).click();
  const notice = page.locator('pagerace-notice');
  await expect(notice).toContainText('The schedule does not run any more');
  expect(await text(page)).toContain('steps = "1*5 0*2 1* 0*"');
  await notice.getByRole('button', { name: 'Take the schedule out' }).click();
  await expect(notice).toBeEmpty();
  expect(await text(page)).not.toContain('[schedule]');
  expect(await text(page)).toContain('# The walk has read the page table');
});

test('an operation that the kernel lacks says where it is to be had', async ({ page }) => {
  await fresh(page);
  await lane(page, 0).getByRole('button', { name: 'Add an operation' }).click();
  await dialog(page).getByRole('combobox', { name: 'Search operations' }).fill('split_huge_pages');
  const option = dialog(page).getByRole('option').first();
  await expect(option).toHaveAttribute('aria-disabled', 'true');
  await expect(option).toContainText('Not in v5.17');
  await option.click({ force: true });
  await expect(option).toBeVisible();
});

for (const width of [360, 1440]) {
  test(`the composer has no accessibility violations at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await fresh(page);
    await add(page, 0, 'cma_alloc');
    expect(await violations(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
    await lane(page, 1).getByRole('button', { name: 'Add an operation' }).click();
    await expect(dialog(page)).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}
