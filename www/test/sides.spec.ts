/** Page tables with their flags, pins against them, and contents as each side finds them. */
import type { Locator, Page } from '@playwright/test';
import { apply, expect, open, place, slider, standsAt, test, violations } from './page';

/** Before v5.19 the store after fork gives the parent another page; the pin stays on the old one. */
const LOST = `format = 1
title = "A read-only pin is left behind"
about = "The store gives the process another page."
[kernel]
base = "v5.17"
[machine]
blocks = ["movable", "movable", "movable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw", "f = page 3 anon ro"]
[[process]]
name = "C"
child_of = "B"
[[cpu]]
process = "B"
run = ["fork(C)", "p = pin_user_pages_fast(a, FOLL_LONGTERM)", "store(a[0], 7)", "v = dma_read(p[0])"]
[schedule]
steps = "0*"
`;

/** Another CPU keeps what it has translated until it is told to forget it. */
const KEPT = `format = 1
title = "A translation is kept"
about = "CPU1 has used the page that CPU0 unmaps."
[kernel]
base = "v5.17"
[machine]
blocks = ["movable", "movable", "movable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw"]
[[cpu]]
process = "B"
run = ["munmap(a)"]
[[cpu]]
process = "B"
tlb = ["a"]
run = ["v = load(a)"]
[schedule]
steps = "0*5"
`;

/** A page that was the parent's alone goes to swap, and fork names its slot a second time. */
const SWAPPED = `format = 1
title = "A slot with two entries"
about = "fork copies the entry of a page that was swapped out."
[kernel]
base = "v5.19"
[machine]
blocks = ["movable", "movable", "movable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw"]
[[process]]
name = "C"
child_of = "B"
[[cpu]]
process = "B"
run = ["shrink_page_list(2)", "fork(C)"]
[schedule]
steps = "0*"
`;

/** Steps on until something is shown. */
async function stepUntil(page: Page, shown: Locator): Promise<void> {
  const { at, of } = await place(page);
  for (let next = at + 1; next <= of && (await shown.count()) === 0; next++) {
    await page.keyboard.press('ArrowRight');
    await standsAt(page, next);
  }
  await expect(shown.first()).toBeVisible();
}

/** Opens the page from its link, at the first step. */
async function openAtStart(page: Page, hash: string): Promise<void> {
  await open(page, hash);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
}

const system = (page: Page) => page.locator('pagerace-system');
const contents = (page: Page) => page.locator('pagerace-contents');
const entry = (page: Page, text: RegExp) => system(page).getByRole('row').filter({ hasText: text });

test('entries show their flags, and fork what it does to them', async ({ page }) => {
  await open(page);
  await apply(page, LOST);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  const mapped = entry(page, /VM_WRITE/).first();
  await expect(mapped).toContainText('page 2');
  await expect(mapped.getByText('rw', { exact: true })).toBeVisible();
  const other = entry(page, /^\s*f\s/).first();
  await expect(other.getByText('ro', { exact: true })).toBeVisible();
  await expect(other).toContainText('VM_READ');
  await expect(other).not.toContainText('VM_WRITE');
  const held = system(page)
    .getByText(/mmap_lock\s+held by\s+CPU0/)
    .first();
  await stepUntil(page, held);
  const changed = system(page).getByRole('row').filter({ hasText: 'changed by this step' });
  await stepUntil(page, changed);
  await expect(changed.first()).toHaveClass(/changed/);
});

test('an entry of a page that migrates, one without an area, and an odd sequence', async ({
  page,
}) => {
  await openAtStart(page, '#g=fork-copies-migration-entry');
  const odd = system(page).getByText('odd: a fork is write-protecting');
  await expect(entry(page, /^\s*a\s+none\s+no area/)).toHaveCount(1); // the child's
  await expect(odd).toHaveCount(0);
  await stepUntil(page, entry(page, /migration entry\s+page 1\s+writable/));
  await stepUntil(page, odd);
  await stepUntil(page, entry(page, /migration entry\s+page 1\s+readable/));
  expect(await violations(page)).toEqual([]);
});

test('an entry with a hint of NUMA balancing', async ({ page }) => {
  await openAtStart(page, '#g=umcg-numa-hint-of-pinned');
  const hint = entry(page, /page 0\s+rw\s+protnone/);
  await expect(hint).toHaveCount(0);
  await stepUntil(page, hint);
  await expect(hint.getByText('protnone')).toHaveAttribute('title', /NUMA/);
});

test('a swap slot: who names it, its page in the swap cache, and what was written out', async ({
  page,
}) => {
  await openAtStart(page, '#g=swap-unnecessary-copy');
  const slot = entry(page, /swap_map/);
  await expect(slot).toContainText(/swap_map 0: 0 entries\s+not in the swap cache/);
  await stepUntil(page, entry(page, /^\s*a\s+swap slot 0\s+VM_READ/));
  await expect(slot).toContainText(/swap_map 1: 1 entry\s+swap cache: page 0/);
  await stepUntil(page, entry(page, /holds 10 10\s+not settled yet/));
  await stepUntil(page, entry(page, /1 entry\s+not in the swap cache\s+holds 10 10\s+settled/));
});

test('an exclusive entry of a swap slot is so no more when fork names the slot twice', async ({
  page,
}) => {
  await open(page);
  await apply(page, SWAPPED);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await stepUntil(page, entry(page, /^\s*a\s+swap slot 0\s+exclusive/));
  await stepUntil(page, entry(page, /swap_map 2: 2 entries/));
  await page.keyboard.press('End');
  await standsAt(page, (await place(page)).of);
  await expect(entry(page, /^\s*a\s+swap slot 0\s+VM_READ/)).toHaveCount(2);
  expect(await violations(page)).toEqual([]);
});

test('a pin and a page table that name different pages are told in words', async ({ page }) => {
  await open(page);
  await apply(page, LOST);
  await page.keyboard.press('End');
  const pin = system(page).locator('tr.pin');
  await expect(pin).toContainText(/pin of\s+page 2\s+through B:a\s+long-term/);
  await expect(pin).toContainText('FOLL_PIN | FOLL_LONGTERM');
  await expect(pin).toContainText(/The device reads page 2, process B has page \d\./);
  await pin.getByRole('button', { name: 'page 2', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Who holds page 2' })).toBeVisible();
  await expect(page.locator('pagerace-ledger')).toContainText(/holds\s*10 10/);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await expect(pin).toContainText('holds nothing');
  await expect(system(page)).not.toContainText('The device');
});

test('contents show what was written and what each side finds', async ({ page }) => {
  await open(page);
  await expect(contents(page)).toHaveCount(0);
  await apply(page, LOST);
  await page.keyboard.press('End');
  const table = contents(page).getByRole('table').first();
  const cells = (who: string) =>
    table.getByRole('row').filter({ hasText: who }).getByRole('cell').allTextContents();
  await expect(table.getByRole('row').filter({ hasText: 'the device with pin p' })).toBeVisible();
  expect((await cells('written last')).map((it) => it.trim())).toEqual(['', '7', '10']);
  const [at, ...words] = (await cells('process B')).map((it) => it.trim());
  expect(at).toMatch(/^page \d$/);
  expect(words).toEqual(['7', '10']);
  const device = (await cells('the device with pin p')).map((it) => it.trim().replace(/\s+/g, ' '));
  expect(device).toEqual(['page 2', '10 not as written', '10']);
  const says = contents(page).getByText(/The device reads page 2, process B has page \d;/);
  await expect(says).toContainText('B:a[0] was last set to 7: the device with pin p finds 10.');
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await expect(contents(page)).not.toContainText('The device');
  expect(await violations(page)).toEqual([]);
});

test('the code of contents comes with the first scenario that has any', async ({ page }) => {
  const files: string[] = [];
  page.on('request', (request) => files.push(request.url()));
  await open(page);
  expect(files.filter((it) => it.includes('contents-'))).toEqual([]);
  await apply(page, LOST);
  await expect(contents(page).getByRole('heading', { name: 'Contents' })).toBeVisible();
  expect(files.filter((it) => it.includes('contents-'))).toHaveLength(1);
});

test('a translation that is kept behind the entry is stale', async ({ page }) => {
  await open(page);
  await apply(page, KEPT);
  const row = system(page).getByRole('row').filter({ hasText: 'keeps page 2 rw' });
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  await expect(row).toContainText(/CPU1\s+keeps page 2 rw/);
  await expect(row).not.toContainText('stale');
  await stepUntil(page, row.getByText('stale'));
  await expect(contents(page)).toContainText('CPU1 with its translation');
});

test('a store through a stale translation of userfaultfd is lost, and both words say so', async ({
  page,
}) => {
  await open(page, '#g=uffd-wp-deferred-flush');
  await page.keyboard.press('End');
  const last = Number(await slider(page).getAttribute('max'));
  await standsAt(page, last);
  await expect(contents(page)).toContainText(/B:a\[1\] was last set to 3: process B finds 10/);
  await expect(contents(page).locator('.word.bad')).toContainText('not as written');
  const flag = system(page).getByText('uffd-wp', { exact: true });
  for (let at = last - 1; at >= 0 && (await flag.count()) === 0; at--) {
    await page.keyboard.press('ArrowLeft');
    await standsAt(page, at);
  }
  await expect(flag).toBeVisible();
  await expect(flag).toHaveAttribute('title', /userfaultfd/);
  await expect(system(page).getByText(/CPU3\s+keeps page 0 rw.*stale/s)).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`a lost pin at ${width} px, ${colorScheme}: legible, in reach, nothing over the edge`, async ({
      page,
    }) => {
      test.slow(); // axe looks at every element
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 740 });
      await open(page);
      const panel = (name: string) => page.getByRole('button', { name, exact: true }).click();
      if (width === 360) await panel('Text');
      await apply(page, LOST);
      if (width === 360) await panel('Memory');
      await slider(page).fill(String(await slider(page).getAttribute('max')));
      await expect(contents(page)).toBeVisible();
      await expect(contents(page)).toContainText('The device reads page 2');
      const small = await system(page)
        .getByRole('button')
        .evaluateAll(
          (all, least) => all.filter((it) => it.getBoundingClientRect().height < least).length,
          width === 360 ? 44 : 24,
        );
      expect(small).toBe(0);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over).toBe(0);
      expect(await violations(page)).toEqual([]);
    });
  }
}
