/** Store buffers: what is on its way stands in the lane, and reaches memory by a step of its own. */
import type { Page } from '@playwright/test';
import {
  apply,
  expect,
  open,
  slider,
  standsAt,
  stepButton,
  test,
  textOf,
  violations,
} from './page';

const RACE = `format = 1
title = "A store on its way"
about = "CPU1 does not see yet what CPU0 has stored."
[kernel]
base = "v5.17"
memory = "tso"
[machine]
blocks = ["movable", "movable", "movable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw"]
[[cpu]]
process = "B"
run = ["store(a[0], 7)", "store(a[1], 8)"]
[[cpu]]
process = "B"
run = ["v = load(a[0])"]
`;

const drain = (page: Page, cpu: number) =>
  page.getByRole('button', { name: new RegExp(`^Let the oldest store of CPU${cpu} reach memory`) });

test('stores wait in the lane, oldest first, and the oldest can reach memory', async ({ page }) => {
  await open(page);
  await expect(drain(page, 0)).toHaveCount(0);
  await apply(page, RACE);
  const lane = page.locator('pagerace-lanes .lane.cpu0');
  await expect(lane).toContainText('no store on its way');
  await expect(drain(page, 0)).toHaveAttribute('aria-disabled', 'true');
  await expect(drain(page, 0)).toHaveAccessibleName(/none of its stores is on its way$/);
  await drain(page, 0).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('pagerace-dock .spoken')).toHaveText(
    'none of its stores is on its way',
  );
  await standsAt(page, 0);
  const header = await page.locator('pagerace-lanes .lanes').boundingBox();
  await stepButton(page, 0).click();
  await standsAt(page, 1);
  await stepButton(page, 0).click();
  await standsAt(page, 2);
  const waiting = lane.getByRole('list', { name: 'Stores of CPU0 on their way' });
  await expect(waiting.getByRole('listitem')).toHaveText([
    'page 2 word 0 = 7',
    'page 2 word 1 = 8',
  ]);
  // The rows below stay where they are.
  expect((await page.locator('pagerace-lanes .lanes').boundingBox())?.height).toBe(header?.height);
  const ledger = page.locator('pagerace-ledger');
  await expect(ledger).toContainText(/holds\s*10 10/);
  const contents = page.locator('pagerace-contents');
  await expect(contents).not.toContainText('was last set to');
  await expect(drain(page, 0)).toHaveAccessibleName(/: page 2 word 0 = 7$/);
  await drain(page, 0).focus();
  await page.keyboard.press('Enter');
  await standsAt(page, 3);
  const now = page.locator('pagerace-lanes [aria-current=step]');
  await expect(now).toContainText('its oldest store reaches memory');
  await expect(now).toContainText('page 2 word 0 10 → 7');
  await expect(now).not.toContainText('<Interrupt>');
  await expect(page.locator('pagerace-dock .spoken')).toContainText(
    'Step 3, CPU0: its oldest store reaches memory. page 2 word 0: 10 to 7.',
  );
  await expect(waiting.getByRole('listitem')).toHaveText(['page 2 word 1 = 8']);
  await expect(ledger).toContainText(/holds\s*7 10/);
  expect(await violations(page)).toEqual([]);
});

test('a link keeps the steps that let stores reach memory', async ({ page }) => {
  await open(page);
  await apply(page, RACE);
  for (const [at, button] of [stepButton(page, 0), drain(page, 0), stepButton(page, 1)].entries()) {
    await button.click();
    await standsAt(page, at + 1);
  }
  await expect(page.locator('pagerace-lanes .lane.cpu1')).toContainText('= 7');
  await expect.poll(() => textOf(page)).toMatch(/steps = "0 0d 1"/);
  await expect(page).toHaveURL(/#1/);
  await page.reload();
  await standsAt(page, 3);
  await slider(page).fill('2');
  await expect(page.locator('pagerace-lanes [aria-current=step]')).toContainText(
    'its oldest store reaches memory',
  );
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`360 px, ${colorScheme}: a store in reach, and nothing over the edge`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    await open(page);
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    await apply(page, RACE);
    await page.getByRole('button', { name: 'Lanes', exact: true }).click();
    await stepButton(page, 0).click();
    await expect(drain(page, 0)).toBeInViewport();
    const box = await drain(page, 0).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
}
