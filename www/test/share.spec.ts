import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { apply, expect, open, searched, standsAt, test, textOf, violations, write } from './page';

const menu = (page: Page) => page.getByRole('dialog', { name: 'Share this race' });
const tab = (page: Page, name: string) => menu(page).getByRole('tab', { name, exact: true });
const made = (page: Page, name: string) => menu(page).getByRole('textbox', { name, exact: true });
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

async function share(page: Page): Promise<void> {
  await page.keyboard.press('s');
  await expect(menu(page)).toBeVisible();
}

test('the menu shows each form, and copies it by one key', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await share(page);
  await expect(made(page, 'Link')).toHaveValue(/#g=cma-longterm-pin$/);
  await expect(menu(page).getByRole('button', { name: 'Copy' })).toBeFocused();
  await page.keyboard.press('c');
  await expect(menu(page).getByRole('status')).toHaveText('Copied.');
  expect(await clipboard(page)).toMatch(/^http.*#g=cma-longterm-pin$/);
  await tab(page, 'Link').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'Scenario')).toBeFocused();
  await expect(made(page, 'Scenario')).toHaveValue(await textOf(page));
  await page.keyboard.press('c');
  await expect(menu(page).getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await clipboard(page)).toBe(await textOf(page));
  await page.keyboard.press('Escape');
  await expect(menu(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Share' })).toBeVisible();
});

test('a form is saved as a file under the name of the race', async ({ page }) => {
  await open(page);
  await share(page);
  await tab(page, 'Scenario').click();
  await expect(made(page, 'Scenario')).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('d')]);
  expect(download.suggestedFilename()).toBe('cma-longterm-pin.toml');
  expect(readFileSync(await download.path(), 'utf8')).toBe(await textOf(page));
});

test('the outcomes are offered once they are known', async ({ page }) => {
  await open(page);
  await share(page);
  await tab(page, 'Outcomes').click();
  await menu(page).getByRole('button', { name: 'Explore every interleaving' }).click();
  await expect(menu(page)).toBeHidden();
  await searched(page);
  await share(page);
  await tab(page, 'Outcomes').click();
  await expect(made(page, 'Outcomes')).toHaveValue(/^Test cma-longterm-pin v5\.17\nStates 3\n/);
});

test('the engine makes the timeline and the documents, each with the link', async ({ page }) => {
  await open(page);
  await share(page);
  const link = /#g=cma-longterm-pin/;
  await tab(page, 'Timeline').click();
  await expect(made(page, 'Timeline')).toHaveValue(/^A long-term pin slips/);
  const lines = (await made(page, 'Timeline').inputValue()).split('\n');
  for (const line of lines.filter((it) => !it.startsWith('Link: ')))
    expect(line).toMatch(/^[\x20-\x7e]{0,75}$/);
  expect(lines.join('\n')).toMatch(link);
  for (const [name, sign] of [
    ['Markdown', /cma-longterm-pin\.svg/],
    ['RST', /kernel-figure:: .*cma-longterm-pin\.svg/],
    ['HTML', /<svg /],
  ] as const) {
    await tab(page, name).click();
    await expect(made(page, name)).toHaveValue(sign);
    await expect(made(page, name)).toHaveValue(link);
  }
  await tab(page, 'JSON').click();
  await expect(made(page, 'JSON')).toHaveValue(/^\{/);
  const { format, steps } = JSON.parse(await made(page, 'JSON').inputValue());
  expect(format).toBe('pagerace-trace');
  expect(steps.length).toBe(31);
});

test('pictures show what is chosen, and are copied and saved', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await share(page);
  const height = () =>
    menu(page)
      .getByRole('img')
      .evaluate((it: HTMLImageElement) => it.naturalHeight);
  await tab(page, 'SVG').click();
  await expect(menu(page).getByRole('img', { name: 'SVG' })).toBeVisible();
  const timeline = await height();
  await menu(page).getByLabel('It shows').selectOption('both');
  await expect.poll(height).toBeGreaterThan(timeline);
  await page.keyboard.press('c');
  await expect(menu(page).getByRole('status')).toHaveText('Copied.');
  expect(await clipboard(page)).toMatch(/^<svg /);
  await tab(page, 'PNG').click();
  await expect(menu(page).getByRole('img', { name: 'PNG' })).toBeVisible();
  await page.keyboard.press('c');
  await expect(menu(page).getByRole('status')).toHaveText('Copied.');
  const types = () =>
    page.evaluate(async () => (await navigator.clipboard.read()).flatMap((it) => it.types));
  expect(await types()).toContain('image/png');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('d')]);
  expect(download.suggestedFilename()).toBe('cma-longterm-pin.png');
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
});

test('where the clipboard is refused the text is selected', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await open(page);
  await page.keyboard.press('c');
  await expect(made(page, 'Link')).toBeFocused();
  await expect(menu(page).getByRole('status')).toContainText('does not let the page write');
  await tab(page, 'Scenario').click();
  await expect(menu(page).getByRole('status')).not.toContainText('does not let the page write');
  await menu(page).getByRole('button', { name: 'Copy' }).click();
  const box = made(page, 'Scenario');
  await expect(box).toBeFocused();
  const selected = () =>
    box.evaluate((it: HTMLTextAreaElement) => it.value.slice(it.selectionStart, it.selectionEnd));
  await expect.poll(selected).toBe(await textOf(page));
});

test('edits that are not applied are in the file, and the link says that they are not in it', async ({
  page,
}) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page);
  await write(page, 'format = 1 # mine');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(menu(page).getByRole('status')).toContainText('not applied are not in it');
  await tab(page, 'Scenario').click();
  await expect(made(page, 'Scenario')).toHaveValue('format = 1 # mine');
});

test('what is too long for a link is offered as a file', async ({ page }) => {
  await open(page);
  const noise = Array.from({ length: 14_000 }, (_, at) =>
    ((at * 2_654_435_761) % 4_294_967_296).toString(36),
  );
  const text = await textOf(page);
  await apply(page, `${text}\n# ${noise.join('')}\n`);
  await page.keyboard.press('c');
  await expect(menu(page)).toContainText('65536 is the limit');
  await menu(page).getByRole('button', { name: 'Show the scenario' }).click();
  await expect(made(page, 'Scenario')).toHaveValue(/# [a-z0-9]{80000}/);
});

test('a long link comes with a warning', async ({ page }) => {
  await open(page);
  const noise = Array.from({ length: 400 }, (_, at) =>
    ((at * 2_654_435_761) % 4_294_967_296).toString(36),
  );
  await apply(page, `${await textOf(page)}\n# ${noise.join('')}\n`);
  await share(page);
  await expect(menu(page).getByRole('status')).toContainText('cut links above 2,000');
});

test('another link ends the menu', async ({ page }) => {
  await open(page);
  await share(page);
  await page.evaluate(() => {
    location.hash = '#g=cma-longterm-pin&at=2';
  });
  await standsAt(page, 2);
  await expect(menu(page)).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the menu, nothing is cut off at 360 px: ${colorScheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 640 });
    await open(page);
    await page.getByRole('button', { name: 'Share' }).click();
    for (const name of ['Link', 'Outcomes', 'SVG', 'HTML']) {
      await tab(page, name).click();
      await expect(tab(page, name)).toHaveAttribute('aria-selected', 'true');
      expect(await violations(page)).toEqual([]);
    }
    await tab(page, 'Scenario').click();
    await expect(made(page, 'Scenario')).toBeVisible();
    const overflow = () =>
      menu(page).evaluate((it) => [
        it.scrollWidth - it.clientWidth,
        it.scrollHeight - it.clientHeight,
      ]);
    expect(await overflow()).toEqual([0, 0]);
    for (const button of await menu(page).getByRole('button').all()) {
      const box = await button.boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
    }
  });
}
