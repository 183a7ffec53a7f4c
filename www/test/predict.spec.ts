/** Which outcomes there are is asked before it is told. */
import { expect, open, searched, slider, test, violations } from './page';

test('a reader predicts, and then sees what is true', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Predict first' }).click();
  const predict = page.locator('pagerace-predict');
  const boxes = predict.getByRole('checkbox');
  await expect(boxes.first()).toBeVisible();
  await expect(page.locator('pagerace-outcomes')).toBeHidden();
  await expect(slider(page)).toHaveAttribute('max', '0');
  expect(await boxes.count()).toBeGreaterThan(2);
  // Nothing tells before the answer.
  await expect(predict.getByRole('button', { name: /switch/ })).toHaveCount(0);
  const broken = predict.getByRole('listitem').filter({ hasText: 'breaks longterm-pin-on-cma' });
  await broken.first().getByRole('checkbox').check();
  await predict.getByRole('button', { name: 'Show the answer' }).click();
  await expect(predict.getByRole('status')).toContainText(/\d+ of \d+ right/);
  await expect(predict.getByText(/never$/)).not.toHaveCount(0);
  await expect(predict.getByText(/sometimes$/)).not.toHaveCount(0);
  await predict
    .getByRole('button', { name: /switch.*step/ })
    .first()
    .click();
  await expect(slider(page)).not.toHaveAttribute('max', '0');
  await expect(page.locator('pagerace-outcomes')).toBeVisible();
  await searched(page);
});

test('a link asks first, and keeps asking', async ({ page }) => {
  await open(page, '#g=cma-longterm-pin&predict=1');
  await expect(page.locator('pagerace-predict').getByRole('checkbox').first()).toBeVisible();
  await expect(page.locator('pagerace-lanes .broke')).toHaveCount(0);
  await expect(page).toHaveURL(/#g=cma-longterm-pin.*&predict=1$/);
  await page.reload();
  await expect(page.locator('pagerace-predict').getByRole('checkbox').first()).toBeVisible();
  await page.getByRole('button', { name: 'Predict first' }).click();
  await expect(page).not.toHaveURL(/predict/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in a prediction: ${colorScheme}`, async ({ page }) => {
    test.slow(); // axe looks at every element
    await page.emulateMedia({ colorScheme });
    await open(page, '#g=cma-longterm-pin&predict=1');
    await page.locator('pagerace-predict').getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'Show the answer' }).click();
    expect(await violations(page)).toEqual([]);
  });
}
