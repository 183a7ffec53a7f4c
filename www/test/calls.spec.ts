/** What other CPUs ask of a CPU, and what an outcome leaves off: lanes, dock, kernel, outcomes. */
import {
  apply,
  expect,
  open,
  searched,
  slider,
  standsAt,
  stepButton,
  test,
  violations,
} from './page';

const ISOLATION = '#g=isolation-pcp-flushed-by-noted-type';
const RACE = `format = 1
title = "A drain asked for"
about = "CPU1 is asked for its page."
[kernel]
base = "v3.16"
[machine]
pageblock_pages = 4
blocks = ["unmovable", "cma:area0"]
[[cpu]]
run = ["start_isolate_page_range(4, 8, MIGRATE_CMA)", "drain_all_pages()"]
[[cpu]]
run = []
pcp = [6]
`;

test('an IPI that is asked for can be started, and not before', async ({ page }) => {
  await open(page);
  await apply(page, RACE);
  const lane = page.locator('pagerace-lanes .lane.cpu1');
  const start = page.getByRole('button', { name: /^Start .* CPU1/ });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await expect(start).toHaveAccessibleName(/nobody has asked it for anything/);
  const pending = lane.getByText('IPI from CPU0: drain_local_pages (pending)');
  for (let at = 1; !(await pending.isVisible()); at++) {
    await stepButton(page, 0).click();
    await standsAt(page, at);
  }
  await expect(start).toHaveAccessibleName(/^Start the IPI on CPU1: drain_local_pages for CPU0$/);
  await expect(start).toHaveAttribute('aria-disabled', 'false');
  await expect(start).toHaveText('IPI');
  await start.click();
  const now = page.locator('pagerace-lanes [aria-current=step]');
  await expect(now).toContainText('starts what another CPU asked for');
});

test('an IPI is started by its button, and runs', async ({ page }) => {
  await open(page, ISOLATION);
  await slider(page).fill('5');
  const lanes = page.locator('pagerace-lanes');
  const lane = lanes.locator('.lane.cpu1');
  const start = page.getByRole('button', { name: /^Start the IPI on CPU1/ });
  await expect(start).toBeVisible();
  const header = await lanes.locator('.lanes').boundingBox();
  await start.click();
  const now = lanes.locator('[aria-current=step]');
  await expect(now).toContainText('starts what another CPU asked for');
  await expect(now).not.toContainText('<Interrupt>');
  await expect(lane.getByText('serving CPU0')).toBeVisible();
  await expect(lane.getByText('(running)')).toBeVisible();
  await stepButton(page, 1).click();
  await expect(lane.getByText('irqs off')).toBeVisible();
  await expect(lanes.locator('.operation.call')).toContainText('drain_local_pages');
  await expect(lanes.locator('.operation.call')).toContainText('asked by another CPU');
  await expect(lanes.locator('.step.call:not(.future)')).toHaveCount(2);
  expect((await lanes.locator('.lanes').boundingBox())?.height).toBe(header?.height);
  expect(await violations(page)).toEqual([]);
});

test('pages that wait for the TLB flush stand in the lane', async ({ page }) => {
  await open(page, '#g=cma-zap-window');
  const lane = page.locator('pagerace-lanes .lane.cpu1');
  await slider(page).fill('3');
  await expect(lane.getByText('not preemptible')).toBeVisible();
  await slider(page).fill('6');
  await expect(lane.getByText('mmu_gather: page 1')).toBeVisible();
  await page.getByRole('button', { name: 'To the start' }).click();
  await standsAt(page, 0);
  await expect(lane.getByText('mmu_gather')).toHaveCount(0);
});

test('an outcome says how far NR_FREE_PAGES is off', async ({ page }) => {
  await open(page, ISOLATION);
  await page.keyboard.press('x');
  await searched(page);
  const row = page.locator('pagerace-outcomes').getByRole('row').filter({ hasText: 'drift -4' });
  await expect(row.first()).toContainText('NR_FREE_PAGES is 4 too low in the end');
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v4.6');
  await expect(page.locator('pagerace-outcomes .aside')).toHaveText('v4.6');
  await searched(page);
  await expect(page.locator('pagerace-outcomes table').first()).not.toContainText('drift -');
});

test('toggles stand in groups, and what differs from the preset is marked', async ({ page }) => {
  await open(page, ISOLATION);
  const kernel = page.locator('pagerace-kernel');
  await page.getByRole('button', { name: 'Toggles', exact: true }).click();
  await expect(kernel.locator('summary').getByText('Other')).toHaveCount(0);
  await expect(kernel.locator('details[open]')).toHaveCount(0);
  const isolation = kernel.locator('details').filter({ hasText: 'How a pageblock is isolated' });
  await isolation.locator('summary').click();
  const pageset = isolation.getByRole('group', { name: /^pageset_update/ });
  await pageset.getByRole('radio', { name: /^no_kicks/ }).check();
  await expect(isolation.locator('summary')).toContainText('changed: pageset_update');
  await expect(pageset).toContainText('not as in the preset');
  expect(await violations(page)).toEqual([]);
  // A text that differs opens the group of the toggle by itself; going back closes nothing.
  await page.reload();
  await expect(stepButton(page, 0)).toBeVisible();
  await apply(page, RACE.replace('"v3.16"', '"v3.16"\npageset_update = "no_kicks"'));
  await page.getByRole('button', { name: 'Toggles: pageset_update' }).click();
  await expect(kernel.locator('details[open]')).toHaveCount(1);
  await pageset.getByRole('radio', { name: /^kicks/ }).check();
  await expect(page.getByRole('button', { name: 'Toggles', exact: true })).toBeVisible();
  await expect(pageset).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`360 px, ${colorScheme}: a call in reach, and nothing over the edge`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    await open(page, ISOLATION);
    await slider(page).fill('5');
    const start = page.getByRole('button', { name: /^Start the IPI on CPU1/ });
    await expect(start).toBeInViewport();
    const box = await start.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Outcomes', exact: true }).click();
    await page.keyboard.press('x');
    await searched(page);
    await page.getByRole('button', { name: 'Toggles', exact: true }).click();
    await page.getByText('Unmapping and migration', { exact: true }).click();
    expect(await violations(page)).toEqual([]);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBe(0);
  });
}
