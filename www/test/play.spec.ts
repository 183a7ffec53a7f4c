import { expect, open, place, slider, standsAt, stepButton, test } from './page';

test('opens on the running race, at the step that breaks a property', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('long-term pin');
  const { at, of } = await place(page);
  expect(at).toBeGreaterThan(0);
  expect(of).toBeGreaterThan(at);
  await expect(page.locator('[aria-current=step]')).toContainText('breaks');
  await expect(page.getByText('Broken:', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => location.hash)).toMatch(/^(#g=cma-longterm-pin)?$/);
});

test('steps back, forward, to both ends, and by context switch', async ({ page }) => {
  await open(page);
  const { at, of } = await place(page);
  await page.getByRole('button', { name: 'One step back' }).click();
  await standsAt(page, at - 1);
  await page.getByRole('button', { name: 'One step forward' }).click();
  await standsAt(page, at);
  await page.getByRole('button', { name: 'To the start' }).click();
  await standsAt(page, 0);
  await page.getByRole('button', { name: 'Next context switch' }).click();
  await expect.poll(async () => (await place(page)).at).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'To the end' }).click();
  await standsAt(page, of);
  await page.getByRole('button', { name: 'Next broken property' }).click();
  await standsAt(page, at);
});

test('scrubs, and a click on a step goes there', async ({ page }) => {
  await open(page);
  const { of } = await place(page);
  for (let at = of; at >= 0; at--) await slider(page).fill(String(at));
  await standsAt(page, 0);
  await slider(page).fill('3');
  await standsAt(page, 3);
  await page.locator('pagerace-lanes .step button').first().click();
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#g=cma-longterm-pin&at=1$/);
});

test('a step from the past gives up what lay ahead, and it can be brought back', async ({
  page,
}) => {
  await open(page);
  const before = await place(page);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await stepButton(page, 0).click();
  await standsAt(page, 1);
  expect((await place(page)).of).toBe(1);
  await page.getByRole('button', { name: /^Bring back/ }).click();
  await expect(slider(page)).toHaveAttribute('max', String(before.of));
  await standsAt(page, 0);
});

test('a CPU that cannot move says why, and keeps the focus', async ({ page }) => {
  await open(page);
  await page.keyboard.press('End');
  const button = stepButton(page, 0);
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  const { of } = await place(page);
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toBeFocused();
  await expect(button).toHaveAccessibleDescription(/\w{3}/);
  expect((await place(page)).of).toBe(of);
});

test('the keyboard alone', async ({ page }) => {
  await open(page);
  const { at, of } = await place(page);
  await page.keyboard.press('ArrowLeft');
  await standsAt(page, at - 1);
  await page.keyboard.press('ArrowRight');
  await standsAt(page, at);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(async () => (await place(page)).at).toBeLessThan(at);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await page.keyboard.press('n');
  await standsAt(page, at);
  await page.keyboard.press('End');
  await standsAt(page, of);
  await page.keyboard.press('Home');
  await page.keyboard.press('1');
  await standsAt(page, 1);
  await page.keyboard.press('0');
  await expect(slider(page)).toHaveAttribute('max', /\d+/);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});

test('plays and pauses', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Home');
  await page.getByLabel('Steps per second').selectOption('8/s');
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(async () => (await place(page)).at).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause' }).click();
  // The step that was on its way may still arrive.
  await page.waitForTimeout(400);
  const { at } = await place(page);
  await page.waitForTimeout(400);
  await standsAt(page, at);
});

test('each step is said to those who cannot see it', async ({ page }) => {
  await open(page);
  const live = page.locator('pagerace-dock [aria-live=polite]');
  const before = await live.textContent();
  await page.keyboard.press('ArrowLeft');
  await expect(live).not.toHaveText(before ?? '');
  await expect(live).toContainText('CPU');
});

test('memory: a page shows who holds it, and stays chosen', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^page 2:/ }).click();
  await expect(page.getByRole('heading', { name: 'Who holds page 2' })).toBeVisible();
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await expect(page.getByRole('heading', { name: 'Who holds page 2' })).toBeVisible();
  await page.getByRole('button', { name: 'follow the steps' }).click();
  await expect(page.getByText('choose a page to stay with it')).toBeVisible();
});

test('source: the stack and the line that runs next', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('n');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const source = page.locator('pagerace-source');
  await expect(source.locator('.listing [aria-current]')).toHaveCount(1);
  await expect(source.getByText('The model leaves out:')).toBeVisible();
  const outermost = source.locator('.stack button').first();
  await outermost.click();
  await expect(outermost).toHaveAttribute('aria-pressed', 'true');
});

test('an operation folds into one row a run', async ({ page }) => {
  await open(page);
  const steps = page.locator('pagerace-lanes .step');
  const before = await steps.count();
  await page.locator('pagerace-lanes .operation button').first().click();
  await expect.poll(() => steps.count()).toBeLessThan(before);
});

test('an interrupt is delivered where interrupts are on, and refused where they are off', async ({
  page,
}) => {
  await open(page, '#g=cma-short-pin');
  const deliver = page.getByRole('button', { name: /^Deliver the interrupt on CPU1/ });
  await expect(deliver).toHaveAttribute('aria-disabled', 'false');
  // The walk of the lockless path starts with local_irq_save().
  await stepButton(page, 1).click();
  await expect(page.locator('[aria-current=step]')).toContainText('local_irq_save');
  await expect(deliver).toHaveAttribute('aria-disabled', 'true');
  await expect(deliver).toHaveAccessibleName(/interrupts are off/);
  await page.keyboard.press('ArrowLeft');
  await deliver.click();
  await expect(page.locator('[aria-current=step]')).toContainText('<Interrupt>');
  await expect(page.getByText('in interrupt', { exact: true })).toBeVisible();
});
