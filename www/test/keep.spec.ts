import {
  apply,
  expect,
  fromGallery,
  open,
  place,
  slider,
  standsAt,
  stepButton,
  test,
  textOf,
  write,
} from './page';

const heading = (page: Parameters<typeof open>[0]) => page.getByRole('heading', { level: 1 });
const button = (page: Parameters<typeof open>[0], name: string) =>
  page.getByRole('button', { name });

test('steps made by hand are offered at the next visit', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#1/);
  await page.goto('about:blank');
  await open(page);
  await expect(page.getByRole('alert')).toContainText('Your last work is kept');
  await button(page, 'Take it up').click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(slider(page)).toHaveAttribute('max', '1');
  await page.goto('about:blank');
  await open(page);
  await button(page, 'Forget it').click();
  await page.goto('about:blank');
  await open(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('edits that were not applied outlive a reload', async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await open(page);
  await button(page, 'Edit text').click();
  await write(page, 'format = 1 # mine');
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem('pagerace-kept')))
    .toContain('# mine');
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('Edits that were not applied');
  await button(page, 'Take it up').click();
  await expect.poll(() => textOf(page)).toBe('format = 1 # mine');
});

test('a link from a mail comes before what is kept', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#1/);
  await page.goto('about:blank');
  await open(page, '#g=zero-page-counted-by-pins');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a scenario that ended the page is not opened again by itself', async ({ page }) => {
  await open(page);
  await button(page, 'Edit text').click();
  const text = await textOf(page);
  await apply(page, text.replace(/^title = .*/m, 'title = "Mine"'));
  await expect(page).toHaveURL(/#1/);
  // As if the tab had died at it: the engine has begun, and nothing came after.
  await page.evaluate(() => {
    const store = sessionStorage;
    const set = store.setItem.bind(store);
    Storage.prototype.removeItem = () => {};
    Storage.prototype.setItem = (key, value) => set(key, value);
  });
  await page.keyboard.press('x');
  await expect(page.getByText(/every interleaving searched/).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('ended at this scenario the last time');
  await expect(heading(page)).not.toHaveText('Mine');
  await expect(stepButton(page, 0)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('ended at this scenario the last time');
  await button(page, 'Open it all the same').click();
  await expect(heading(page)).toHaveText('Mine');
  await page.reload();
  await expect(heading(page)).toHaveText('Mine');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the back button leads to the scenario before, with its steps', async ({ page }) => {
  await open(page);
  const first = await heading(page).textContent();
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#1/);
  await fromGallery(page, 'cma-short-pin');
  await expect(heading(page)).not.toHaveText(first ?? '');
  await page.goBack();
  await expect(heading(page)).toHaveText(first ?? '');
  await expect.poll(() => place(page)).toEqual({ at: 1, of: 1 });
  await page.goForward();
  await expect(page).toHaveURL(/g=cma-short-pin/);
  await expect(heading(page)).not.toHaveText(first ?? '');
});

test('where storage is refused the page works', async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('refused', 'SecurityError');
        },
      });
    }
  });
  await open(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('0');
  await standsAt(page, 1);
  await expect(page).toHaveURL(/#1/);
});
