/** Page tables with their flags, pins against them, and contents as each side finds them. */
import type { Page } from '@playwright/test';
import type { StateView } from '../src/protocol';
import { editor, expect, open, slider, standsAt, test, violations } from './page';

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

async function apply(page: Page, text: string): Promise<void> {
  await editor(page).fill(text);
  await editor(page).press('Control+Enter');
  const title = /title = "(.*)"/.exec(text)?.[1] ?? '';
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await slider(page).focus();
}

const system = (page: Page) => page.locator('pagerace-system');
const contents = (page: Page) => page.locator('pagerace-contents');

test('entries show their flags, and fork what it does to them', async ({ page }) => {
  await open(page);
  await apply(page, LOST);
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  const entry = system(page).getByRole('row').filter({ hasText: 'VM_WRITE' }).first();
  await expect(entry).toContainText('page 2');
  await expect(entry.getByText('rw', { exact: true })).toBeVisible();
  const other = system(page)
    .getByRole('row')
    .filter({ hasText: /^\s*f\s/ })
    .first();
  await expect(other.getByText('ro', { exact: true })).toBeVisible();
  await expect(other).toContainText('VM_READ');
  await expect(other).not.toContainText('VM_WRITE');
  const held = system(page)
    .getByText(/mmap_lock\s+held by\s+CPU0/)
    .first();
  const last = Number(await slider(page).getAttribute('max'));
  for (let at = 1; at <= last && (await held.count()) === 0; at++) {
    await page.keyboard.press('ArrowRight');
    await standsAt(page, at);
  }
  await expect(held).toBeVisible();
  const changed = system(page).getByRole('row').filter({ hasText: 'changed by this step' });
  for (let at = Number(await slider(page).inputValue()) + 1; (await changed.count()) === 0; at++) {
    await page.keyboard.press('ArrowRight');
    await standsAt(page, at);
  }
  await expect(changed.first()).toHaveClass(/changed/);
});

test('entries that stand for a page elsewhere, swap slots and an odd sequence', async ({
  page,
}) => {
  await open(page);
  // Nothing breaks in it, so that the cursor stays where the text leaves it.
  await apply(page, KEPT);
  // As the engine shows them: a page that was swapped out, one that migrates, one with a hint.
  await system(page).evaluate((element) => {
    const system = element as HTMLElement & { state: StateView };
    const { state } = system;
    const [process] = state.processes;
    const [like] = process?.mappings ?? [];
    if (!process || !like) throw new Error('there is a process with a mapping');
    const mappings = [
      { ...like, name: 'x', pfn: null, instead: 'swap slot 0', flags: ['exclusive'] },
      { ...like, name: 'y', pfn: 2, instead: 'migration entry', flags: ['writable'] },
      { ...like, name: 'z', pfn: 3, instead: null, flags: ['rw', 'protnone'], area: null },
    ];
    const swap = [
      { number: 0, count: 1, page: 4, words: [7, 8], settled: false, changed: true },
      { number: 1, count: 2, page: null, words: [1, 2], settled: true, changed: false },
    ];
    const processes = [{ ...process, mappings, write_protect_seq: 3 }];
    system.state = { ...state, processes, swap };
  });
  const row = (text: string | RegExp) => system(page).getByRole('row').filter({ hasText: text });
  await expect(row(/^\s*x\s/)).toContainText(/swap slot 0\s+exclusive/);
  await expect(row(/^\s*y\s/)).toContainText(/migration entry\s+page 2\s+writable/);
  await expect(row(/^\s*z\s/)).toContainText(/page 3\s+rw\s+protnone\s+no area/);
  await expect(system(page).getByText('odd: a fork is write-protecting')).toBeVisible();
  const slots = system(page).getByRole('row').filter({ hasText: 'swap_map' });
  await expect(slots.nth(0)).toContainText(/swap_map 1: 1 entry\s+swap cache: page 4/);
  await expect(slots.nth(0)).toContainText(/holds 7 8\s+not settled yet/);
  await expect(slots.nth(1)).toContainText(/2 entries\s+not in the swap cache/);
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
  await pin.getByRole('button', { name: 'page 2' }).click();
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
  const last = Number(await slider(page).getAttribute('max'));
  const stale = row.getByText('stale');
  for (let at = 1; at <= last && (await stale.count()) === 0; at++) {
    await page.keyboard.press('ArrowRight');
    await standsAt(page, at);
  }
  await expect(stale).toBeVisible();
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
