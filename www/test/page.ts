/** What the browser tests share: a page that fails on any word in the console. */
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { paste } from '../tools/paste.mjs';

export { expect };

/** A page whose console must stay empty. Failed requests and exceptions count too. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const words: string[] = [];
    page.on('console', (message) => words.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => words.push(`exception: ${error.message}`));
    page.on('requestfailed', (request) => words.push(`failed: ${request.url()}`));
    await use(page);
    expect(words).toEqual([]);
  },
});

/** Opens the page, with what stands behind `#`, and waits until a race stands on it. */
export async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(stepButton(page, 0)).toBeVisible();
}

/** The button that steps a CPU. */
export const stepButton = (page: Page, cpu: number) =>
  page.getByRole('button', { name: new RegExp(`^Step CPU${cpu}`) });

/** The slider over the trace. */
export const slider = (page: Page) => page.getByRole('slider', { name: 'Step' });

/** Where the cursor stands, and how long the trace is. */
export async function place(page: Page): Promise<{ at: number; of: number }> {
  const at = Number(await slider(page).inputValue());
  return { at, of: Number(await slider(page).getAttribute('max')) };
}

/** Waits until the cursor stands at a step. */
export const standsAt = (page: Page, at: number) => expect(slider(page)).toHaveValue(String(at));

/** Waits for the end of the search. */
export const searched = (page: Page) =>
  expect(page.getByText(/every interleaving searched, [\d,]+ states?$/).first()).toBeVisible();

/** The editor's text field: a plain one until CodeMirror has come. */
export const editor = (page: Page) => page.getByRole('textbox', { name: 'Scenario' });

/** The text that the editor shows, all of it: lines out of sight are not in the document. */
export const textOf = (page: Page): Promise<string> =>
  page.locator('pagerace-editor').evaluate((it) => {
    const { draft, text } = it as unknown as { draft: string | null; text: string };
    return draft ?? text;
  });

/** Brings the editor into sight, and waits until CodeMirror stands there. */
export async function opened(page: Page): Promise<void> {
  await page.locator('pagerace-editor').evaluate((it) => it.scrollIntoView());
  await expect(page.locator('pagerace-editor .cm-content')).toBeVisible();
}

/** Gives the editor a text, as by pasting it. */
export async function write(page: Page, text: string): Promise<void> {
  await opened(page);
  await paste(editor(page), text);
  await expect.poll(() => textOf(page)).toBe(text);
}

/** Gives the editor a scenario, applies it, and lets keys move the cursor. */
export async function apply(page: Page, text: string): Promise<void> {
  await write(page, text);
  await editor(page).press('Control+Enter');
  const title = /^title = "(.*)"/m.exec(text)?.[1] ?? '';
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await slider(page).focus();
}

/** Opens a scenario from the gallery. */
export async function fromGallery(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Gallery/ }).click();
  const gallery = page.getByRole('dialog', { name: 'Gallery' });
  await gallery.getByRole('searchbox').fill(name);
  await gallery.getByRole('link', { name: new RegExp(`^${name} `) }).click();
}

/** What axe finds wrong with the page as it stands, by all of its rules or by some. */
export async function violations(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze();
  return violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(' | ')}`);
}
