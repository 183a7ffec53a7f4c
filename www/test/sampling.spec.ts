/** A sample goes on where it was, and is then what one long sample is. */
import type { Page } from '@playwright/test';
import { apply, expect, open, stepButton, test, textOf } from './page';

/** Opens a race that is too large to be searched at once, and asks for a sample of it. */
async function offered(page: Page) {
  await open(page);
  const lane = (pin: string) =>
    `[[cpu]]\nprocess = "B"\nrun = ["${pin} = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(${pin})"]\n`;
  const race = (await textOf(page)).replace(/\[schedule\][\s\S]*/, '');
  await apply(page, `${race}${lane('q')}${lane('r')}`);
  await expect(stepButton(page, 3)).toBeVisible();
  await page.getByRole('button', { name: 'Explore every interleaving' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Sample instead' }).click();
  const form = page.getByRole('form', { name: 'Sample by chance' });
  await form.getByRole('spinbutton', { name: 'Seed' }).fill('3');
  return {
    form,
    sample: async (runs: number) => {
      await form.getByRole('spinbutton', { name: 'Runs' }).fill(String(runs));
      await form.getByRole('button', { name: 'Sample', exact: true }).click();
    },
  };
}

/** That a sample is through. */
const done = (page: Page, runs: string) =>
  expect(page.getByText(`a sample of ${runs} runs`, { exact: true })).toBeVisible();

/** What the table says of the outcomes. */
const table = (page: Page) =>
  page.locator('pagerace-outcomes .found').evaluate((it) => (it as HTMLElement).innerText);

/** Notes from now on after how many runs each answer of the search comes. */
const noted = (page: Page) =>
  page.locator('pagerace-outcomes').evaluate((element) => {
    const it = element as HTMLElement & { search: { view: { sample: { runs: number } | null } } };
    const runs: number[] = [];
    Object.assign(globalThis, { runs });
    const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(it), 'search');
    Object.defineProperty(it, 'search', {
      get: () => own?.get?.call(it),
      set: (search) => {
        if (search?.view.sample) runs.push(search.view.sample.runs);
        own?.set?.call(it, search);
      },
    });
  });

const runsNoted = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { runs: number[] }).runs);

test('a sample that goes on makes no run again, and ends as one that was as long', async ({
  page,
}) => {
  const { form, sample } = await offered(page);
  await sample(200);
  await done(page, '200');
  const long = await table(page);
  await sample(50);
  await done(page, '50');
  expect(await table(page)).not.toBe(long);
  await noted(page);
  await form.getByRole('button', { name: 'Go on to 200 runs' }).click();
  await done(page, '200');
  expect(await table(page)).toBe(long);
  const runs = await runsNoted(page);
  expect(Math.min(...runs)).toBeGreaterThanOrEqual(50);
  expect(runs.at(-1)).toBe(200);
  // Another seed is another sample.
  await form.getByRole('spinbutton', { name: 'Seed' }).fill('4');
  await sample(200);
  await expect(page.getByText(/seed 4/)).toBeVisible();
  await expect.poll(() => runsNoted(page).then((all) => Math.min(...all))).toBeLessThan(50);
});

test('a sample that was stopped goes on behind the runs that it has', async ({ page }) => {
  const { sample } = await offered(page);
  await sample(1_000_000);
  await noted(page);
  await expect.poll(() => runsNoted(page).then((all) => all.length)).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/^stopped by you at /)).toBeVisible();
  const stood = (await runsNoted(page)).at(-1) ?? 0;
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expect.poll(async () => (await runsNoted(page)).at(-1) ?? 0).toBeGreaterThan(stood);
  const runs = await runsNoted(page);
  expect(runs).toEqual(runs.toSorted((one, other) => one - other));
  await page.getByRole('button', { name: 'Cancel' }).click();
});
