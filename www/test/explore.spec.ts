import {
  apply,
  expect,
  open,
  place,
  searched,
  slider,
  standsAt,
  test,
  textOf,
  violations,
} from './page';

test('explores every interleaving and loads a witness', async ({ page }) => {
  await open(page);
  await page.keyboard.press('x');
  await searched(page);
  const outcomes = page.locator('pagerace-outcomes');
  const row = outcomes.getByRole('row').filter({ hasText: 'breaks longterm-pin-on-cma' });
  await expect(row.first()).toContainText('sometimes');
  const witness = row.first().getByRole('button', { name: /switch.*step/ });
  const [, steps] = /(\d+) steps/.exec((await witness.textContent()) ?? '') ?? [];
  await witness.click();
  await expect(slider(page)).toHaveAttribute('max', steps ?? '');
  await expect(page.locator('pagerace-lanes .broke').first()).toContainText('longterm-pin-on-cma');
});

test('what was found is copied in the words of herd7', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await page.keyboard.press('x');
  await searched(page);
  await page.getByText('As herd7 prints it').click();
  const herd = page.locator('pagerace-herd');
  await expect(herd).toContainText('Observation cma-longterm-pin Sometimes 1 2');
  await expect(herd).toContainText('Observation cma-longterm-pin Never 0 3');
  await herd.getByRole('button', { name: 'Copy' }).click();
  await expect(herd.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Test cma-longterm-pin v5\.17\nStates 3\n/);
  expect(await violations(page)).toEqual([]);
});

test('judges the expectations, and shows where they stand', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Explore every interleaving' }).click();
  await searched(page);
  const claims = page.getByRole('list', { name: /^Expectations/ });
  await expect(claims.getByRole('listitem').first()).toContainText('met');
  await claims
    .getByRole('button', { name: /^line \d+/ })
    .first()
    .click();
  const editor = page.getByRole('textbox', { name: 'Scenario' });
  await expect(editor).toBeFocused();
});

test('another kernel: the text follows, and the table changes', async ({ page }) => {
  await open(page);
  await page.keyboard.press('x');
  await searched(page);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.19');
  const outcomes = page.locator('pagerace-outcomes');
  await expect(outcomes.locator('.aside')).toHaveText(/v5\.19/);
  const never = outcomes.getByRole('row').filter({ hasText: 'longterm-pin-on-cma' });
  await expect(never.first()).toContainText('never');
  await expect.poll(() => textOf(page)).toMatch(/base = "v5\.19"/);
});

test('claims are judged for their own kernel only, whatever stands on the stage', async ({
  page,
}) => {
  await open(page);
  await page.keyboard.press('x');
  await searched(page);
  const given = await textOf(page);
  const outcomes = page.locator('pagerace-outcomes');
  const own = outcomes.getByRole('list', { name: 'Expectations of the scenario for this kernel' });
  const others = outcomes.getByRole('list', { name: 'Expectations for other kernels' });
  const race = 'sometimes cpu0 = NULL, p = 1, breaks longterm-pin-on-cma';
  await expect(own).toContainText(race);
  const kernel = page.getByRole('combobox', { name: 'Kernel', exact: true });
  await kernel.selectOption('v5.19');
  await expect(outcomes.locator('.aside')).toHaveText('v5.19');
  await expect(own.getByRole('listitem')).toHaveCount(3);
  await expect(own.locator('.met')).toHaveCount(3);
  await expect(own).not.toContainText(race);
  await outcomes.getByText(/ speak of other kernels$/).click();
  const claim = others.getByRole('listitem').filter({ hasText: race });
  await expect(claim).toContainText('speaks of v5.17');
  // A link says it, too, and a kernel without claims is none of their business.
  await expect.poll(() => textOf(page)).toMatch(/\[\[expect]]\nkernel = "v5\.17"\nsometimes/);
  await kernel.selectOption('v6.12');
  await expect(outcomes.getByText(/^No claim speaks of v6\.12; \d+ claims speak of/)).toBeVisible();
  await expect(own).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await claim.getByRole('button', { name: 'v5.17' }).click();
  await expect(own).toContainText(race);
  await expect.poll(() => textOf(page)).toBe(given);
});

test('a toggle is a kernel of its own', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^Toggles/ }).click();
  await page.getByText('Freeing and allocating', { exact: true }).click();
  const others = page.getByRole('radio', { checked: false });
  await others.first().check();
  await expect(page.getByRole('button', { name: /^Toggles: / })).toBeVisible();
});

test('a search can be left alone while others are answered', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Explore every interleaving' }).click();
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await searched(page);
  expect((await place(page)).at).toBe(0);
});

test('a long search can be cancelled and goes on, or is sampled instead', async ({ page }) => {
  await open(page);
  const lanes = ['q', 'r'].map(
    (pin) =>
      `[[cpu]]\nprocess = "B"\nrun = ["${pin} = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(${pin})"]\n`,
  );
  const race = (await textOf(page)).replace(/\[schedule\][\s\S]*/, '');
  await apply(page, `${race}${lanes.join('')}[[expect]]\nsometimes = { end = "done" }\n`);
  await expect(page.getByRole('button', { name: /^Step CPU3/ })).toBeVisible();
  await page.getByRole('button', { name: 'Explore every interleaving' }).click();
  await expect(page.getByText(/^searching: /)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/^stopped by you at /)).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText(/^searching: /)).toBeVisible();
  const progress = page.locator('pagerace-outcomes .progress');
  await expect(progress).toContainText(/depth \d+, \d+ outcomes?, [\d,]+ states? per second/);
  // The numbers are no live region; what matters of them is said by the dock.
  await expect(progress.locator('xpath=ancestor-or-self::*[@role="status"]')).toHaveCount(0);
  await expect(page.locator('pagerace-dock .spoken')).toContainText(/outcome/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Sample instead' }).click();
  const form = page.getByRole('form', { name: 'Sample by chance' });
  await form.getByRole('spinbutton', { name: 'Runs' }).fill('50');
  await form.getByRole('button', { name: 'Sample' }).click();
  await expect(page.getByText('a sample of 50 runs', { exact: true })).toBeVisible();
  await expect(
    page.getByText(/^PCT of depth 3, seed 1\. So few runs promise nothing about a bug/),
  ).toBeVisible();
  const outcomes = page.locator('pagerace-outcomes');
  await expect(outcomes.getByRole('row').filter({ hasText: /[\d,]+ runs/ })).not.toHaveCount(0);
  // They were enough to meet the claim.
  await expect(outcomes.getByText('met', { exact: true })).toBeVisible();
  await form.getByRole('button', { name: 'Go on to 200 runs' }).click();
  await expect(page.getByText('a sample of 200 runs', { exact: true })).toBeVisible();
  await form.getByRole('combobox', { name: 'Strategy' }).selectOption('random');
  await expect(form.getByRole('spinbutton', { name: 'Depth' })).toHaveCount(0);
  await form.getByRole('spinbutton', { name: 'Seed' }).fill('7');
  await form.getByRole('button', { name: 'Sample', exact: true }).click();
  await expect(page.getByText(/^Random runs, seed 7\. .* 95 % confidence/)).toBeVisible();
  // Four lanes scroll sideways.
  expect(await violations(page)).toEqual([]);
});

test('a deadlock says who waits for whom', async ({ page }) => {
  await open(page, '#g=cma-unmap-lock-deadlock');
  await page.keyboard.press('x');
  await searched(page);
  const row = page.locator('pagerace-outcomes').getByRole('row').filter({ hasText: 'deadlock' });
  await expect(row).toContainText('CPU1 waits for unmap_sem, held by CPU0');
});

test('a loop that only weak fairness allows is noted', async ({ page }) => {
  await open(page, '#g=offline-refuses-kernel-page');
  await page.keyboard.press('x');
  await searched(page);
  const note = page.getByText(/^Under weak fairness alone/);
  await expect(note).toContainText('CPU1 could move now and then, and never does');
  await note.getByRole('button').click();
  await expect.poll(async () => (await place(page)).of).toBeGreaterThan(0);
});

test('a schedule that does not run on another kernel is kept, and the page says so', async ({
  page,
}) => {
  await open(page, '#g=cma-pin-moves-page');
  // Dropping a pin is two steps on v5.17 and one on v5.18: the last step is one too many there.
  const { of } = await place(page);
  const text = await textOf(page);
  const exact = text.replace('steps = "0*"', `steps = "0*${of}"`);
  await apply(page, exact);
  await standsAt(page, of);
  const before = page.url();
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.18');
  await expect(
    page.getByRole('heading', { name: 'These steps do not run on v5.18' }),
  ).toBeVisible();
  // The address follows when things are calm, and the text is still what it was.
  await expect.poll(() => page.url()).not.toBe(before);
  // Claims that named no kernel speak of the old one, and come to say so.
  const named = exact.replaceAll(/(\[\[expect]]\n)(?!kernel)/g, '$1kernel = "v5.17"\n');
  const other = named.replace('base = "v5.17"', 'base = "v5.18"');
  await expect.poll(() => textOf(page)).toBe(other);
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.17');
  await standsAt(page, of);
  await expect.poll(() => textOf(page)).toBe(exact);
});

test('a livelock says which steps repeat for ever, where it is found and where it is played', async ({
  page,
}) => {
  await open(page, '#g=cma-pin-held-for-ever');
  await page.keyboard.press('x');
  await searched(page);
  const row = page
    .locator('pagerace-outcomes')
    .getByRole('row')
    .filter({ hasText: 'livelock' })
    .first();
  const words = /steps (\d+) to (\d+) repeat for ever/;
  await expect(row).toContainText(words);
  const [said, first, last] = words.exec((await row.textContent()) ?? '') ?? [];
  await row.getByRole('button', { name: /switch.*step/ }).click();
  await standsAt(page, Number(last));
  const lanes = page.locator('pagerace-lanes');
  await expect(lanes.locator('.end')).toContainText(`Back where step ${first} began: ${said}`);
  const spoken = page.locator('pagerace-dock .spoken');
  await expect(spoken).toContainText(`${said?.replace('s', 'S')}.`);
  const begins = lanes.getByRole('listitem').filter({ hasText: /^From here on, for ever$/ });
  await expect(begins).toHaveCount(1);
  const next = begins.locator('xpath=following-sibling::li[contains(@class, "step")][1]');
  await expect(next.locator('.number')).toHaveText(String(first));
  expect(await violations(page)).toEqual([]);
  // One step on, the trace no longer ends where the loop began; around the loop, it does again.
  await page.keyboard.press('0');
  await standsAt(page, Number(last) + 1);
  await expect(lanes.locator('.end')).toContainText(`Back where step ${Number(first) + 1} began`);
  // Cut off inside of the loop, it does not.
  await page.getByRole('button', { name: 'To the start' }).click();
  await page.keyboard.press('1');
  await standsAt(page, 1);
  await expect(begins).toHaveCount(0);
});
