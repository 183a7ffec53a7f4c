/** Watching closely: where lanes meet, what changed a word and why, other futures, moved steps. */
import type { Locator, Page } from '@playwright/test';
import { expect, open, place, slider, standsAt, stepButton, test, violations } from './page';

const meetings = (page: Page) => page.locator('pagerace-lanes .meetings');
const lines = (page: Page) => page.locator('pagerace-lanes .meeting-lines path');
const history = (page: Page) => page.locator('pagerace-history');
const spoken = (page: Page) => page.locator('pagerace-dock .spoken');

/** Opens the page, and waits until the trace was looked at. */
async function watch(page: Page, at: number): Promise<void> {
  await open(page);
  await slider(page).focus();
  await slider(page).fill(String(at));
  await standsAt(page, at);
  await expect(meetings(page)).toBeVisible();
}

test('a step says and shows whose value it reads', async ({ page }) => {
  await watch(page, 8);
  await expect(meetings(page)).toContainText(
    "reads pageblock 1's migratetype, MIGRATE_ISOLATE, as CPU0 left it at step 7",
  );
  await expect(meetings(page)).toContainText('which was read here, to MIGRATE_CMA at step 29');
  await expect(lines(page)).toHaveCount(2);
  await expect(page.locator('pagerace-lanes [data-meets]')).toHaveCount(3);
  await meetings(page).getByRole('button', { name: 'step 7' }).click();
  await standsAt(page, 7);
  await expect(meetings(page)).toContainText("CPU1 reads pageblock 1's migratetype at step 8");
  expect(await violations(page)).toEqual([]);
});

test('pointing at a step shows its meetings, whatever stands at the cursor', async ({ page }) => {
  await watch(page, 3);
  await expect(meetings(page)).toContainText('Step 3 meets no other CPU.');
  await expect(lines(page)).toHaveCount(0);
  await page.locator('pagerace-lanes [data-step="8"] button').hover();
  await expect(meetings(page)).toContainText('as CPU0 left it at step 7');
  await standsAt(page, 3);
});

test("a page's history: each change, its line, why, and its references over time", async ({
  page,
}) => {
  await watch(page, 11);
  await page.getByRole('button', { name: /^page 2:/ }).click();
  await page.getByRole('button', { name: 'History of page 2' }).click();
  await history(page).getByLabel('Field').selectOption('_refcount');
  const changes = history(page).getByRole('region', { name: 'Changes of page 2' }).getByRole('row');
  await expect(changes).toHaveCount(3);
  await expect(changes.nth(2)).toContainText('2 → 1025');
  await expect(changes.nth(2)).toContainText('try_grab_compound_head: page_ref_add(page');
  await expect(changes.nth(2)).toHaveAttribute('aria-current', 'true');
  const why = history(page).locator('.why li');
  await expect(why.nth(0)).toContainText(
    "page 2's _refcount is 1025 since step 10: CPU1 took a pin",
  );
  await expect(why.nth(1)).toContainText(
    "pageblock 1's migratetype was MIGRATE_ISOLATE since step 7",
  );
  const chart = history(page).getByRole('img', { name: /_refcount of page 2: 1 at the start/ });
  await expect(chart).toBeVisible();
  await expect(history(page).locator('figcaption')).toContainText('migration would expect 1');
  expect(await violations(page)).toEqual([]);
  await changes.nth(1).getByRole('button', { name: 'Go to step 9' }).click();
  await standsAt(page, 9);
  await expect(why.nth(0)).toContainText("page 2's _refcount is 2 since step 9");
  await history(page).getByLabel('What').selectOption('pageblock 1');
  await expect(history(page)).toContainText('set_pageblock_migratetype(page, MIGRATE_ISOLATE)');
  await history(page).getByRole('button', { name: 'close' }).click();
  await expect(history(page)).toHaveCount(0);
});

test('a change in the lanes leads to the history of what it changed', async ({ page }) => {
  await watch(page, 9);
  await page.locator('pagerace-lanes [data-step="10"] .change').click();
  await standsAt(page, 10);
  await expect(history(page).getByLabel('What')).toHaveValue('page 2');
  await expect(history(page).getByLabel('Field')).toHaveValue('_refcount');
});

test('the old future stays as a branch, and one can return to any step of it', async ({ page }) => {
  await watch(page, 3);
  const { of } = await place(page);
  await stepButton(page, 0).click();
  await standsAt(page, 4);
  const branch = page.getByRole('region', { name: 'Branch from step 3' });
  await expect(branch.getByRole('listitem')).toHaveCount(of - 3);
  await expect(page.locator('pagerace-strip rect.branch').first()).toBeAttached();
  await branch.getByRole('button', { name: /^8 CPU1/ }).click();
  await standsAt(page, 8);
  await expect(slider(page)).toHaveAttribute('max', String(of));
  // What was made in its place is the branch now.
  await expect(branch.getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'Bring back 1 step' }).click();
  await expect(slider(page)).toHaveAttribute('max', '4');
});

test('a step moves across steps of the other CPU, where the engine can play that', async ({
  page,
}) => {
  await watch(page, 8);
  const { of } = await place(page);
  await page.keyboard.press('Alt+ArrowLeft');
  await standsAt(page, 7);
  await expect(page.locator('[aria-current=step]')).toContainText('get_pageblock_migratetype');
  await expect(page.getByRole('region', { name: /^Branch from step 6/ })).toBeVisible();
  await expect(slider(page)).toHaveAttribute('max', String(of));
  await page.keyboard.press('Alt+ArrowRight');
  await standsAt(page, 8);
  // The next step is its own CPU's: it cannot come behind that.
  await page.keyboard.press('Alt+ArrowRight');
  await expect(spoken(page)).toHaveText("Step 8 stays before step 9, which is CPU1's, too.");
  await standsAt(page, 8);
});

test('a step that cannot be moved says why, and nothing changes', async ({ page }) => {
  await watch(page, 1);
  const before = await place(page);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(spoken(page)).toHaveText('Nothing comes before the first step.');
  expect(await place(page)).toEqual(before);
});

test('a step is dragged by its number', async ({ page }) => {
  await watch(page, 7);
  const number = (step: number) => page.locator(`pagerace-lanes [data-step="${step}"] .number`);
  await number(8).hover();
  await page.mouse.down();
  await number(7).hover();
  await expect(page.locator('pagerace-lanes [data-drop]')).toHaveAttribute('data-step', '7');
  await page.mouse.up();
  await expect(page.getByRole('region', { name: /^Branch from step 6/ })).toBeVisible();
  await standsAt(page, 7);
  await expect(page.locator('[aria-current=step]')).toContainText('get_pageblock_migratetype');
});

test('goes to the next and the previous change of a page', async ({ page }) => {
  await watch(page, 1);
  await page.getByRole('button', { name: /^page 2:/ }).click();
  await page.keyboard.press(']');
  await standsAt(page, 9);
  await page.keyboard.press(']');
  await standsAt(page, 10);
  await page.keyboard.press(']');
  await expect(spoken(page)).toHaveText('No step after this one changes page 2.');
  await page.keyboard.press('[');
  await standsAt(page, 9);
});

test('buttons go to the next and the previous change, of a page and of what is shown', async ({
  page,
}) => {
  await watch(page, 1);
  await page.getByRole('button', { name: /^page 2:/ }).click();
  await page.getByRole('button', { name: 'Next change of page 2' }).click();
  await standsAt(page, 9);
  await page.getByRole('button', { name: 'Next change of page 2' }).click();
  await standsAt(page, 10);
  await page.getByRole('button', { name: 'Previous change of page 2' }).click();
  await standsAt(page, 9);
  await history(page).getByLabel('What').selectOption('pageblock 1');
  const turns = history(page).getByRole('group', { name: 'Changes of pageblock 1' });
  await turns.getByRole('button', { name: 'Previous change' }).click();
  await standsAt(page, 7);
  await expect(turns.getByRole('button', { name: 'Previous change' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
});

/** What leads to a history: a name in front of a value. */
const cell = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`^${name.replaceAll('.', '[.]')}: `) }).first();

test('a cell leads to its history and why, by click and by Enter', async ({ page }) => {
  await watch(page, 11);
  await cell(page, 'migratetype of pageblock 1').click();
  await expect(history(page).locator('.why')).toContainText(
    "pageblock 1's migratetype is MIGRATE_ISOLATE since step 7",
  );
  await cell(page, 'MMF_HAS_PINNED of process B').focus();
  await page.keyboard.press('Enter');
  await expect(history(page).getByLabel('What')).toHaveValue('process B');
  await expect(history(page).getByLabel('Field')).toHaveValue('MMF_HAS_PINNED');
  await expect(history(page).locator('.why')).toContainText("process B's MMF_HAS_PINNED is");
  await cell(page, 'pte of a of process B').click();
  await expect(history(page).getByLabel('Field')).toHaveValue('pte of a');
  await expect(history(page).locator('.why')).toContainText("process B's pte of a is page 2");
  await standsAt(page, 11);
  expect(await violations(page)).toEqual([]);
});

/** With translations, swap slots and contents, sections, huge pages. */
const KINDS = [
  'cma-longterm-pin',
  'fork-tears-snapshot',
  'swap-unnecessary-copy',
  'offline-against-alloc-contig',
  'balloon-page-comes-back',
];
for (const scenario of KINDS) {
  test(`every cell of ${scenario} has a history`, async ({ page }) => {
    await open(page, `#g=${scenario}`);
    const cells = page.locator('button.cell');
    await expect.poll(() => cells.count()).toBeGreaterThan(5);
    await cells.first().click();
    const what = history(page).getByLabel('What');
    const field = history(page).getByLabel('Field');
    for (let at = 0; at < (await cells.count()); at++) {
      const one = cells.nth(at);
      const word = await one.evaluate((it) => ({ ...(it as HTMLElement).dataset }));
      await one.evaluate((it) => (it as HTMLElement).click());
      await expect(what).toHaveValue(word.subject ?? '');
      // Only fields that the engine knows can be chosen.
      await expect(field).toHaveValue(word.field ?? '');
      await expect(history(page).locator('.why li').first()).toContainText(/ (is|was) /);
    }
  });
}

test('a lock that is held says since when and why', async ({ page }) => {
  await watch(page, 1);
  await history(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^place of page/ }).click();
  await history(page).getByLabel('What').selectOption('zone');
  await history(page).getByLabel('Field').selectOption('lock');
  const changes = history(page).getByRole('region', { name: 'Changes of zone' }).getByRole('row');
  await changes
    .nth(1)
    .getByRole('button', { name: /^Go to step/ })
    .click();
  await expect(history(page).locator('.why')).toContainText(
    /zone->lock is .* since step \d+: CPU0/,
  );
});

test('references of several pages stand in one chart, told apart without colour', async ({
  page,
}) => {
  await watch(page, 11);
  await page.getByRole('button', { name: /^page 2:/ }).click();
  const add = history(page).getByLabel('Add to the chart');
  await add.selectOption('page 3');
  await add.selectOption('page 6');
  const both = /^_refcount of page 2: 1 at the start.*; of page 3: .*; of page 6: /;
  const chart = history(page).getByRole('img', { name: both });
  await expect(chart).toBeVisible();
  const legend = history(page).locator('.legend li');
  await expect(legend).toHaveText([/page 2: _refcount 1025/, /page 3: /, /page 6: /]);
  const looks = await history(page)
    .locator('.legend .actual')
    .evaluateAll((all) => all.map((it) => getComputedStyle(it).strokeDasharray));
  expect(new Set(looks).size).toBe(3);
  const marks = await history(page).locator('.legend li > span').allTextContents();
  expect(new Set(marks).size).toBe(3);
  expect(await violations(page)).toEqual([]);
  await history(page).getByRole('button', { name: 'Take page 3 out of the chart' }).click();
  await expect(legend).toHaveText([/page 2: /, /page 6: /]);
  await history(page).getByRole('button', { name: 'Take page 6 out of the chart' }).click();
  await expect(history(page).locator('figcaption')).toContainText('migration would expect');
});

test.describe('with a finger', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  /** A finger comes down at the top of an element, and goes up by so much. */
  async function lifts(page: Page, it: Locator, by: number): Promise<() => Promise<unknown>> {
    await it.evaluate((it) => it.scrollIntoView({ block: 'center' }));
    const box = await it.boundingBox();
    if (!box) throw new Error('it is not there');
    const finger = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: object[]) =>
      finger.send('Input.dispatchTouchEvent', { type, touchPoints: touchPoints as never });
    const [x, y] = [box.x + box.width / 2, box.y + 15];
    await touch('touchStart', [{ x, y }]);
    for (const part of [0.25, 0.5, 0.75, 1]) await touch('touchMove', [{ x, y: y - by * part }]);
    return () => touch('touchEnd', []);
  }

  const row = (page: Page, step: number) =>
    page.locator(`pagerace-lanes [data-step="${step}"] .number`);
  const scrolled = (page: Page) =>
    page.locator('pagerace-lanes .scroll').evaluate((it) => it.scrollTop);

  test('a step is dragged by its number', async ({ page }) => {
    await watch(page, 7);
    await row(page, 7).tap();
    const box = await row(page, 8).boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    const drop = await lifts(page, row(page, 8), 45);
    await expect(page.locator('pagerace-lanes [data-drop]')).toHaveAttribute('data-step', '7');
    await drop();
    await expect(page.getByRole('region', { name: /^Branch from step 6/ })).toBeVisible();
    await standsAt(page, 7);
  });

  test('where it may not go, it says so before it is dropped, and stays', async ({ page }) => {
    await watch(page, 8);
    await row(page, 8).tap();
    const { of } = await place(page);
    const drop = await lifts(page, row(page, 9), 45);
    await expect(page.locator('pagerace-lanes [data-drop]')).toHaveAttribute(
      'data-drop',
      "Step 9 stays after step 8, which is CPU1's, too.",
    );
    await drop();
    await expect(spoken(page)).toContainText('Step 9 stays after step 8');
    await expect(slider(page)).toHaveAttribute('max', String(of));
    await expect(page.getByRole('region', { name: /^Branch/ })).toHaveCount(0);
  });

  test('elsewhere on a step a finger scrolls', async ({ page }) => {
    await watch(page, 8);
    await row(page, 8).tap();
    const body = page.locator('pagerace-lanes [data-step="8"] .body');
    await body.evaluate((it) => it.scrollIntoView({ block: 'center' }));
    const before = await scrolled(page);
    const rest = await lifts(page, body, 80);
    await rest();
    await expect.poll(() => scrolled(page)).toBeGreaterThan(before + 20);
    await standsAt(page, 8);
  });
});

test('all operations fold to a row a run, with their results', async ({ page }) => {
  await watch(page, 31);
  const steps = page.locator('pagerace-lanes .runs .step');
  const before = await steps.count();
  await page.getByRole('button', { name: 'fold all' }).click();
  // Four runs: the context switches stay.
  await expect(steps).toHaveCount(4);
  await expect(page.locator('pagerace-lanes .switch')).toHaveCount(3);
  await expect(page.locator('pagerace-lanes .operation').first()).toContainText('= 1');
  await expect(page.locator('pagerace-lanes .operation').nth(1)).toContainText('= NULL');
  await page.getByRole('button', { name: 'unfold all' }).click();
  await expect(steps).toHaveCount(before);
});
