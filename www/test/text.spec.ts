import {
  editor,
  expect,
  open,
  opened,
  place,
  searched,
  slider,
  standsAt,
  test,
  textOf,
  write,
} from './page';

test('wrong text is kept, and its place is shown', async ({ page }) => {
  await open(page);
  const { of } = await place(page);
  const wrong = (await textOf(page)).replace('[machine]', '[machin]');
  await write(page, wrong);
  await page.getByRole('button', { name: 'Apply' }).click();
  const errors = page.locator('pagerace-editor .errors');
  const place_ = errors.getByRole('button', { name: /^line \d+/ }).first();
  await expect(place_).toBeVisible();
  expect(await textOf(page)).toBe(wrong);
  await expect(editor(page)).toHaveAttribute('aria-invalid', 'true');
  expect((await place(page)).of).toBe(of);
  await place_.click();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.insertText('here');
  expect(await textOf(page)).toContain('\n[here]\n');
});

test('applied text runs, and the address carries it', async ({ page }) => {
  await open(page);
  const text = (await textOf(page)).replace(/^title = .*/m, 'title = "Mine"');
  await write(page, text);
  await editor(page).press('Control+Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mine');
  await expect(page).toHaveURL(/#1[A-Za-z0-9_-]+/);
  await expect(page).toHaveTitle(/Mine/);
});

test('edits that are not applied survive another scenario', async ({ page }) => {
  await open(page);
  await write(page, '# half a thought');
  await page.evaluate(() => {
    location.hash = '#g=cma-longterm-pin&at=1';
  });
  await standsAt(page, 1);
  await page.getByRole('button', { name: 'Put them back' }).click();
  await expect.poll(() => textOf(page)).toBe('# half a thought');
});

test('keys in the editor are text', async ({ page }) => {
  await open(page);
  const { at } = await place(page);
  await opened(page);
  await editor(page).press('Control+End');
  await editor(page).pressSequentially('# 01xsn?');
  await expect.poll(() => textOf(page)).toMatch(/# 01xsn\?$/);
  expect((await place(page)).at).toBe(at);
  await expect(page.getByRole('dialog')).toBeHidden();
});

/** Makes the next request of a type trap, as a panic in the engine does. */
const trapAt = (type: string) => {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message: { id: number; request: { type: string } }) {
    if (message.request?.type !== type) return post.call(this, message);
    Worker.prototype.postMessage = post;
    const data = { id: message.id, trap: 'RuntimeError: unreachable' };
    this.onmessage?.(new MessageEvent('message', { data }));
  };
};

test('a trap in the engine loses nothing', async ({ page }) => {
  await open(page);
  const before = await place(page);
  await write(page, '# half a thought');
  await page.evaluate(trapAt, 'seek');
  await page.getByRole('button', { name: 'One step back' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'The engine stopped' });
  await expect(alert).toContainText('unreachable');
  await alert.getByRole('button', { name: 'Restart and replay the steps' }).click();
  await expect(alert).toBeHidden();
  expect(await place(page)).toEqual(before);
  await expect.poll(() => textOf(page)).toBe('# half a thought');
  await page.getByRole('button', { name: 'One step back' }).click();
  await standsAt(page, before.at - 1);
});

test('a trap in a search leaves the race standing', async ({ page }) => {
  await open(page);
  const { of } = await place(page);
  await page.evaluate(trapAt, 'advance');
  await page.keyboard.press('x');
  const alert = page.getByRole('alert').filter({ hasText: 'The engine stopped' });
  await alert.getByRole('button', { name: 'Restart and replay the steps' }).click();
  await expect(alert).toBeHidden();
  await expect(slider(page)).toHaveAttribute('max', String(of));
  await page.keyboard.press('x');
  await searched(page);
});
