import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, open, standsAt, test, textOf, write } from './page';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const scenario = (name: string) => readFileSync(`scenarios/${name}.toml`, 'utf8');
const FILE = scenario('cma-short-pin').replace(/^title = .*/m, 'title = "From a file"');

/** Drops files on the page, as from a folder beside it. */
const drop = (page: Page, files: readonly { name: string; text: string }[]) =>
  page.locator('pagerace-lanes').evaluate((target, files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of files) dataTransfer.items.add(new File([text], name));
    const drag = { dataTransfer, bubbles: true, cancelable: true, composed: true };
    const over = !target.dispatchEvent(new DragEvent('dragover', drag));
    const dropped = !target.dispatchEvent(new DragEvent('drop', drag));
    return { over, dropped };
  }, files);

/** What takes files has come. */
const ready = (page: Page) =>
  page.evaluate(() => customElements.whenDefined('pagerace-drop').then(() => undefined));

test('a file opens by the picker, and the way back leads to the race before', async ({ page }) => {
  await open(page);
  const before = await heading(page).textContent();
  const chosen = page.waitForEvent('filechooser');
  await page.keyboard.press('o');
  await (await chosen).setFiles({
    name: 'mine.toml',
    mimeType: 'application/toml',
    buffer: Buffer.from(`\u{feff}${FILE.replaceAll('\n', '\r\n')}`),
  });
  await expect(heading(page)).toHaveText('From a file');
  await expect.poll(() => textOf(page)).toBe(FILE);
  await expect(page).toHaveURL(/#1[A-Za-z0-9_-]{50,}/);
  await page.goBack();
  await expect(heading(page)).toHaveText(before ?? '');
});

test('the gallery offers to open a file', async ({ page }) => {
  await open(page);
  await page.keyboard.press('g');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('dialog').getByRole('button', { name: 'Open file' }).click();
  const buffer = Buffer.from(FILE);
  await (await chosen).setFiles({ name: 'mine.toml', mimeType: 'text/plain', buffer });
  await expect(heading(page)).toHaveText('From a file');
});

test('a file opens by being dropped, and edits that were not applied are kept', async ({
  page,
}) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page);
  await ready(page);
  await write(page, 'format = 1 # mine');
  expect(await drop(page, [{ name: 'mine.toml', text: FILE }])).toEqual({
    over: true,
    dropped: true,
  });
  await expect(heading(page)).toHaveText('From a file');
  await expect(page.getByText('Drop the scenario to open it')).toBeHidden();
  await page.getByRole('button', { name: 'Put them back' }).click();
  await expect.poll(() => textOf(page)).toBe('format = 1 # mine');
});

test('a file of the gallery is the scenario of the gallery', async ({ page }) => {
  await open(page);
  await ready(page);
  await drop(page, [{ name: 'cma-short-pin.toml', text: scenario('cma-short-pin') }]);
  await expect(page).toHaveURL(/#g=cma-short-pin/);
});

test('while a file is held above the page, the page says what comes of it', async ({ page }) => {
  await open(page);
  await ready(page);
  const drag = (type: string) =>
    page.locator('pagerace-lanes').evaluate((target, type) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'x.toml'));
      target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true }));
    }, type);
  await drag('dragover');
  await expect(page.getByText('Drop the scenario to open it')).toBeVisible();
  await drag('dragleave');
  await expect(page.getByText('Drop the scenario to open it')).toBeHidden();
});

test('a file with a mistake says where, and stands in the editor', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page);
  await ready(page);
  const before = await heading(page).textContent();
  const text = FILE.replace('title =', 'titel =');
  const line = text.slice(0, text.indexOf('titel')).split('\n').length;
  await drop(page, [{ name: 'mine.toml', text }]);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('mine.toml does not open');
  await expect(alert).toContainText(new RegExp(`Line ${line}, column 1: .*titel`));
  await expect(heading(page)).toHaveText(before ?? '');
  await alert.getByRole('button', { name: 'Show it in the text' }).click();
  await expect(page.locator('pagerace-editor .cm-content')).toBeVisible();
  expect(await textOf(page)).toBe(text);
});

for (const [what, files, why] of [
  ['too large', [{ name: 'a.toml', text: 'x'.repeat(262_145) }], /257 KiB.* at most 256/],
  [
    'more than one',
    [
      { name: 'a.toml', text: FILE },
      { name: 'b.toml', text: FILE },
    ],
    /one scenario is opened at a time/i,
  ],
] as const) {
  test(`what is ${what} is refused with words, and nothing is lost`, async ({ page }) => {
    await open(page);
    await ready(page);
    await page.keyboard.press('ArrowLeft');
    const at = Number(await page.getByRole('slider', { name: 'Step' }).inputValue());
    const text = await textOf(page);
    await drop(page, files);
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(why);
    await standsAt(page, at);
    expect(await textOf(page)).toBe(text);
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await expect(alert).toBeHidden();
  });
}
