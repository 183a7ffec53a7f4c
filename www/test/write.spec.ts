/** The editor: what it completes, explains, marks and lays out; and what is left without it. */
import { test as bare } from '@playwright/test';
import {
  editor,
  expect,
  open,
  opened,
  place,
  standsAt,
  stepButton,
  test,
  textOf,
  violations,
  write,
} from './page';

const field = 'pagerace-editor .cm-content';

/** Puts the cursor behind the first place where the text has these words. */
async function behind(page: Parameters<typeof opened>[0], words: string): Promise<void> {
  const text = await textOf(page);
  const at = text.indexOf(words) + words.length;
  expect(at).toBeGreaterThanOrEqual(words.length);
  const lines = text.slice(0, at).split('\n');
  await editor(page).press('Control+Home');
  for (let line = 1; line < lines.length; line++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  for (let column = 0; column < (lines.at(-1) ?? '').length; column++)
    await page.keyboard.press('ArrowRight');
}

const SMALL = `format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17"
[machine]
blocks = ["movable"]
[[process]]
name = "B"
map = ["a = page 0 anon rw"]
[[cpu]]
process = "B"
run = [""]
`;

test('an operation is completed with fields for its arguments', async ({ page }) => {
  await open(page);
  await write(page, SMALL);
  await behind(page, 'run = ["');
  await page.keyboard.type('pin_user');
  const options = page.getByRole('option');
  const wanted = options.filter({ hasText: 'pin_user_pages_fast(' });
  await expect(wanted).toBeVisible();
  await expect(page.locator('.cm-completionInfo')).toContainText(
    'Pins the page behind one address',
  );
  await wanted.click();
  await expect.poll(() => textOf(page)).toMatch(/run = \["p = pin_user_pages_fast\(\w+, \w+\)"\]/);
  // The name is the first field, then the arguments.
  await page.keyboard.type('q');
  await page.keyboard.press('Tab');
  await page.keyboard.type('a');
  await expect.poll(() => textOf(page)).toMatch(/q = pin_user_pages_fast\(a, /);
  await page.keyboard.press('Tab');
  await page.keyboard.type('FOLL_LO');
  await page.getByRole('option', { name: /FOLL_LONGTERM/ }).click();
  await expect.poll(() => textOf(page)).toContain('q = pin_user_pages_fast(a, FOLL_LONGTERM)');
});

test('keys, toggles and their values come from the engine', async ({ page }) => {
  await open(page);
  await write(page, SMALL);
  await behind(page, 'base = "v5.17"');
  await page.keyboard.press('Enter');
  await page.keyboard.type('pinch');
  await page.getByRole('option', { name: /^pincheck/ }).click();
  await page.keyboard.type('"bitm');
  await page.getByRole('option', { name: /^bitmask/ }).click();
  await expect.poll(() => textOf(page)).toContain('pincheck = "bitmask"');
  await behind(page, 'blocks = ["movable"]');
  await page.keyboard.press('Enter');
  await page.keyboard.type('isol');
  await page.getByRole('option', { name: /^isolated/ }).click();
  await expect.poll(() => textOf(page)).toContain('isolated = ');
});

test('a claim completes properties and results', async ({ page }) => {
  await open(page);
  await write(page, `${SMALL.replace('""', '"p = load(a)"')}[[expect]]\nnever = { `);
  await behind(page, 'never = { ');
  await page.keyboard.type('br');
  await page.getByRole('option', { name: /^breaks/ }).click();
  await page.keyboard.type('"long');
  await page.getByRole('option', { name: /^longterm-pin-on-cma/ }).click();
  await expect.poll(() => textOf(page)).toContain('breaks = "longterm-pin-on-cma"');
});

test("mappings, pageblocks, ends and locks are completed from the reader's words", async ({
  page,
}) => {
  await open(page);
  const patch = '[[patch]]\nname = "p"\nfunction = "f"\nedits = [{ insert = "l", acquire = "" }]\n';
  await write(page, `${SMALL.replace('"movable"', '"movable", ""')}${patch}[[expect]]\nnever = { `);
  const option = (name: RegExp) => page.getByRole('option', { name });
  await behind(page, 'blocks = ["movable", "');
  await page.keyboard.type('unmo');
  await expect(option(/^unmovable/)).toContainText('MIGRATE_UNMOVABLE');
  await option(/^unmovable/).click();
  await expect.poll(() => textOf(page)).toContain('"movable", "unmovable"]');
  await behind(page, 'anon rw"');
  await page.keyboard.type(', "z = page');
  await option(/^page N file/).click();
  await page.keyboard.type('1');
  await page.keyboard.press('Tab');
  await page.keyboard.type(' r');
  await option(/^ro/).click();
  await expect.poll(() => textOf(page)).toContain('"z = page 1 file ro"');
  await behind(page, 'acquire = "');
  await page.keyboard.type('zone');
  await option(/^zone->lock/).click();
  await expect.poll(() => textOf(page)).toContain('acquire = "zone->lock"');
  await behind(page, 'never = { ');
  await page.keyboard.type('end = de');
  await option(/^"deadlock"/).click();
  await expect.poll(() => textOf(page)).toContain('never = { end = "deadlock"');
});

test('hovering explains operations, kernels, properties and keys', async ({ page }) => {
  await open(page);
  await opened(page);
  for (const [word, help] of [
    ['pin_user_pages_fast', /Pins the page behind one address.*Returns/],
    ['"v5.17"', /v5\.17/],
    ['blocks', /pageblocks/],
    ['[[cpu]]', /what one CPU runs/],
    ['FOLL_LONGTERM', /migrated out first.*gup_flags/],
  ] as const) {
    const at = page.locator(field).getByText(word, { exact: true }).first();
    await at.scrollIntoViewIfNeeded();
    await at.hover();
    await expect(page.locator('.w-help')).toContainText(help);
    await page.mouse.move(0, 0);
    await expect(page.locator('.w-help')).toBeHidden();
  }
});

test('a mistake is marked where it stands, and the stage does not notice', async ({ page }) => {
  await open(page);
  const before = await place(page);
  await write(page, (await textOf(page)).replace('pageblock_pages', 'pageblock_page'));
  // Lines out of sight are not drawn.
  await editor(page).press('Control+Home');
  const marked = page.locator(`${field} .cm-lintRange-error`);
  await expect(marked.first()).toHaveText('pageblock_page');
  await expect(editor(page)).toHaveAttribute('aria-invalid', 'true');
  const mistakes = page.locator('pagerace-editor .errors li');
  await expect(mistakes).toContainText('did you mean `pageblock_pages`?', { ignoreCase: true });
  await page.getByRole('button', { name: '1 mistake', exact: true }).click();
  await page.keyboard.type('pageblock_pages');
  await expect(marked).toHaveCount(0);
  await expect(mistakes).toHaveCount(0);
  await expect(editor(page)).toHaveAttribute('aria-invalid', 'false');
  expect(await place(page)).toEqual(before);
  await page.getByRole('button', { name: 'One step back' }).click();
  await standsAt(page, before.at - 1);
});

test('formatting lays out, keeps comments, and can be undone', async ({ page }) => {
  await open(page);
  const good = await textOf(page);
  const mess = good.replace('base = "v5.17"', '   base="v5.17"   ').replace(/\n$/, '');
  await write(page, mess);
  await editor(page).press('Shift+Alt+F');
  await expect.poll(() => textOf(page)).toBe(good);
  await editor(page).press('Control+z');
  await expect.poll(() => textOf(page)).toBe(mess);
  await page.getByRole('button', { name: 'Format' }).click();
  await expect.poll(() => textOf(page)).toBe(good);
});

test('Tab leaves the text, and a text from outside leaves the cursor', async ({ page }) => {
  await open(page);
  await opened(page);
  await editor(page).press('Control+End');
  await page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.19');
  await expect.poll(() => textOf(page)).toContain('base = "v5.19"');
  // Its claims speak of the kernel that it had.
  const other = await textOf(page);
  expect(other).toContain('[[expect]]\nkernel = "v5.17"\n');
  await editor(page).focus();
  await page.keyboard.insertText('# end');
  await expect.poll(() => textOf(page)).toMatch(/# end$/);
  // What came from outside is nothing to undo.
  await editor(page).press('Control+z');
  await expect.poll(() => textOf(page)).toBe(other);
  await page.keyboard.press('Tab');
  await expect(editor(page)).not.toBeFocused();
  expect(await textOf(page)).not.toContain('\t');
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`axe finds nothing in the editor: ${colorScheme}, ${width} px`, async ({ page }) => {
      test.slow();
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await open(page, '#g=cma-longterm-pin&view=text');
      await write(page, SMALL.replace('blocks', 'bloks'));
      await expect(page.locator(`${field} .cm-lintRange-error`).first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await behind(page, 'run = ["');
      await page.keyboard.type('pin');
      await expect(page.locator('.cm-tooltip-autocomplete [role=option]').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over).toBe(0);
    });
  }
}

// Requests that fail are words in the console: this is of a page that is allowed them.
bare('without the editor a plain field does the same', async ({ page }) => {
  await page.route(/\/(write|format)-[^/]*\.js$/, (route) => route.abort());
  await open(page);
  const plain = page.locator('pagerace-editor textarea');
  await plain.scrollIntoViewIfNeeded();
  await expect(plain).toBeVisible();
  const good = await plain.inputValue();
  await plain.fill(good.replace('pageblock_pages', 'pageblock_page'));
  await page.getByRole('button', { name: '1 mistake', exact: true }).click();
  await expect(plain).toBeFocused();
  const selected = () =>
    plain.evaluate((it) => {
      const { value, selectionStart, selectionEnd } = it as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
  expect(await selected()).toBe('pageblock_page');
  await plain.press('Shift+Alt+F');
  await expect(page.getByText('The formatter could not be loaded.')).toBeVisible();
  await plain.fill(good.replace(/^title = .*/m, 'title = "Mine"'));
  await plain.press('Control+Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mine');
  await expect(stepButton(page, 0)).toBeVisible();
  // The next look at it tries again, and takes over what stands there.
  await page.unroute(/\/(write|format)-[^/]*\.js$/);
  await plain.fill('# half a thought');
  await plain.blur();
  await plain.focus();
  await expect(page.locator(field)).toHaveText('# half a thought');
  await expect(editor(page)).toBeFocused();
});
