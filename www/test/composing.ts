/** What tests of the composer do. */
import type { Page } from '@playwright/test';
import { expect, open } from './page';

/** The composer, its lanes, their calls, the form of a call. */
export const composer = (page: Page) => page.locator('pagerace-compose');
export const lane = (page: Page, cpu: number) =>
  composer(page).getByRole('group', { name: `CPU${cpu}`, exact: true });
export const calls = (page: Page, cpu: number) => lane(page, cpu).locator('.calls code');
export const dialog = (page: Page) => composer(page).getByRole('dialog');

/** Opens a new scenario in the composer. */
export async function fresh(page: Page): Promise<void> {
  await open(page);
  await page.getByRole('button', { name: /^Gallery/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'New scenario' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New scenario');
  await expect(lane(page, 1)).toBeVisible();
}

/** Adds an operation with the mouse, by a part of its name; `fill` writes into the form. */
export async function add(page: Page, cpu: number, name: string, fill?: () => Promise<void>) {
  await lane(page, cpu).getByRole('button', { name: 'Add an operation' }).click();
  await dialog(page).getByRole('combobox', { name: 'Search operations' }).fill(name);
  await dialog(page).getByRole('option').first().click();
  await fill?.();
  await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog(page)).toBeHidden();
}
