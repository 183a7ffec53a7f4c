import { embed, frame, inFrame, race, script, test } from './hosts';
import { expect, stepButton } from './page';

const ascii = 'CPU0   CPU1, as commit messages draw it';

test('a document of another origin shows a race', async ({ page, host }) => {
  await page.goto(await host(script() + race()));
  await expect(stepButton(page, 0)).toBeVisible();
  await expect(page.getByText(ascii)).toBeHidden();
  const link = page.getByRole('link', { name: 'Open in Pagerace' });
  await expect(link).toHaveAttribute('href', `${process.env.PAGERACE_TEST_URL}#g=cma-longterm-pin`);
});

test('a frame in a sandbox shows it, too', async ({ page, host }) => {
  await page.goto(await host(frame('#g=cma-longterm-pin&embed=1&view=both')));
  await expect(inFrame(page).getByRole('button', { name: /^Step CPU0/ })).toBeVisible();
  await expect(inFrame(page).getByRole('heading', { name: 'Memory' })).toBeVisible();
});

test('explores', async ({ page, host }) => {
  await page.goto(await host(script() + race()));
  await page.getByRole('button', { name: /^Explore/ }).click();
  await expect(page.getByText(/every interleaving searched/).first()).toBeVisible();
  expect(embed()).toContain('embed');
});
