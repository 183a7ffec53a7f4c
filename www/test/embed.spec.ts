import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { embed, frame, inFrame, race, script, test } from './hosts';
import { expect, slider, stepButton, violations } from './page';

const ASCII = 'CPU0   CPU1, as commit messages draw it';
const origin = () => new URL(embed()).origin;

test('a document of another origin shows a race, and links to it', async ({ page, host }) => {
  await page.goto(await host(script() + race()));
  await expect(stepButton(page, 0)).toBeVisible();
  await expect(page.getByText(ASCII)).toBeHidden();
  const link = page.getByRole('link', { name: 'Open in Pagerace' });
  const home = process.env.PAGERACE_TEST_URL;
  await expect(link).toHaveAttribute('href', `${home}#g=cma-longterm-pin`);
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(slider(page)).toHaveValue('0');
  await page.keyboard.press('0');
  await expect(slider(page)).toHaveAttribute('max', '1');
  // It carries what the reader did.
  await expect(link).toHaveAttribute('href', /#1[A-Za-z0-9_-]{50,}/);
});

test('a frame in a sandbox shows it, too', async ({ page, host }) => {
  await page.goto(await host(frame('#g=cma-longterm-pin&embed=1&view=both&ro=1&theme=dark')));
  const within = inFrame(page);
  await expect(within.getByRole('heading', { name: 'Memory' })).toBeVisible();
  await expect(within.getByRole('slider', { name: 'Step' })).toBeVisible();
  await expect(within.getByRole('button', { name: /^Step CPU0/ })).toBeHidden();
  const scheme = within.locator('page-race').evaluate((it) => getComputedStyle(it).colorScheme);
  expect(await scheme).toBe('dark');
});

test('under a strict policy it needs no more than it says', async ({ page, host }) => {
  const policy = `default-src 'none'; script-src ${origin()} 'wasm-unsafe-eval'; worker-src blob:; img-src data:`;
  await page.goto(await host(script() + race('g="cma-longterm-pin" view="both"'), policy));
  await expect(stepButton(page, 0)).toBeVisible();
  await page.getByRole('button', { name: /^Explore/ }).click();
  await expect(page.getByText(/every interleaving searched/).first()).toBeVisible();
});

test('a link is opened, and a text in a script', async ({ page, host }) => {
  const text = await readFile('scenarios/cma-longterm-pin.toml', 'utf8');
  const own = text.replace(/^title = .*/m, 'title = "A race of this document"');
  await page.goto(
    await host(
      `${script()}<page-race at="3"><script type="text/plain">${own}</script></page-race>`,
    ),
  );
  await expect(page.getByRole('heading', { name: 'A race of this document' })).toBeVisible();
  await expect(slider(page)).toHaveValue('3');
  const link = page.getByRole('link', { name: 'Open in Pagerace' });
  await expect(link).toHaveAttribute('href', /#1[A-Za-z0-9_-]{50,}/);
  const href = await link.getAttribute('href');
  await page.goto(await host(`${script()}<page-race href="${href}"></page-race>`));
  await expect(page.getByRole('heading', { name: 'A race of this document' })).toBeVisible();
  await expect(slider(page)).toHaveValue('3');
});

test('a text can be edited, what is wrong with it is told', async ({ page, host }) => {
  await page.goto(await host(script() + race('g="cma-longterm-pin" view="text"')));
  const box = page.getByRole('textbox', { name: 'Scenario' });
  const text = await box.inputValue();
  await box.fill(text.replace(/^title = .*/m, 'title = "Edited"'));
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('heading', { name: 'Edited' })).toBeVisible();
  await box.fill('format = 2');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByRole('alert').first()).toContainText('Line 1');
  await expect(page.getByRole('heading', { name: 'Edited' })).toBeVisible();
});

test('keys are taken only by a race in focus', async ({ page, host }) => {
  await page.goto(await host(`${script()}<input aria-label="Search">${race()}${race()}`));
  const sliders = page.getByRole('slider', { name: 'Step' });
  await expect(sliders).toHaveCount(2);
  await expect(sliders.first()).toHaveValue('14');
  await page.getByRole('textbox', { name: 'Search' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('1');
  await expect(page.getByRole('textbox', { name: 'Search' })).toHaveValue('1');
  await sliders.nth(1).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(sliders.nth(1)).toHaveValue('13');
  await expect(sliders.first()).toHaveValue('14');
});

test('ten on one page start when they come into sight', async ({ page, host }) => {
  const far = '<div style="height: 3000px"></div>';
  await page.goto(
    await host(
      script() +
        Array(10)
          .fill(race() + far)
          .join(''),
    ),
  );
  await expect(page.locator('page-race').first().getByRole('slider')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Step' })).toHaveCount(1);
  expect(page.workers().length).toBe(1);
  const last = page.locator('page-race').last();
  await last.scrollIntoViewIfNeeded();
  await expect(page.locator('page-race').last().getByRole('slider')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Step' })).toHaveCount(2);
  await expect(last.locator('[aria-current=step]')).toBeInViewport();
  await page
    .locator('page-race')
    .last()
    .evaluate((it) => it.remove());
  await expect.poll(() => page.workers().length).toBe(1);
});

test('the theme follows the document', async ({ page, host }) => {
  const both = `${race()}<div style="color-scheme: dark">${race()}${race('theme="light" g="cma-longterm-pin"')}</div>`;
  await page.goto(await host(script() + both));
  await expect(page.getByRole('slider', { name: 'Step' })).toHaveCount(3);
  const papers = page
    .locator('page-race .race')
    .evaluateAll((all) => all.map((it) => getComputedStyle(it).backgroundColor));
  const [light, dark, forced] = await papers;
  expect(dark).not.toBe(light);
  expect(forced).toBe(light);
});

test('on paper it is what stands in it', async ({ page, host }) => {
  await page.goto(await host(script() + race()));
  await expect(stepButton(page, 0)).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText(ASCII)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Interleaving' })).toBeHidden();
});

test('from a file it plays and searches', async ({ page }) => {
  const folder = pathToFileURL(resolve('dist/embed')).href;
  await page.goto(`${folder}/index.html#g=cma-longterm-pin`);
  await expect(stepButton(page, 0)).toBeVisible();
  await page.getByRole('button', { name: /^Explore/ }).click();
  await expect(page.getByText(/every interleaving searched/).first()).toBeVisible();
});

test('axe finds nothing', async ({ page, host }) => {
  await page.goto(
    await host(`${script()}<main><h1>Host</h1>${race('g="cma-longterm-pin" view="both"')}</main>`),
  );
  await expect(stepButton(page, 0)).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('it is what stands in it', async ({ page, host }) => {
    await page.goto(await host(script() + race()));
    await expect(page.getByText(ASCII)).toBeVisible();
  });
});

// The browser says in the console what a policy refuses, so this page is one that may.
for (const [what, rest] of [
  ['the module', 'worker-src blob:'],
  ['workers', "'wasm-unsafe-eval'"],
] as const) {
  test(`where a policy refuses ${what}, what stands in it stays, with the reason`, async ({
    context,
    host,
  }) => {
    const [first, last] = rest.startsWith('worker') ? ['', `; ${rest}`] : [rest, ''];
    const policy = `default-src 'none'; script-src ${origin()} ${first}${last}`;
    const page = await context.newPage();
    await page.goto(await host(script() + race(), policy));
    await expect(page.getByRole('note')).toContainText('This race does not play here');
    await expect(page.getByText(ASCII)).toBeVisible();
    await expect(page.getByRole('link', { name: 'Open in Pagerace' })).toBeVisible();
  });
}

test('without what stands beside the script it plays, and says what is missing', async ({
  context,
  host,
}) => {
  const page = await context.newPage();
  await page.route('**/whole.js', (route) => route.abort());
  await page.goto(await host(script() + race()));
  await expect(stepButton(page, 0)).toBeVisible();
  await page.getByRole('button', { name: /^Explore/ }).click();
  await expect(page.getByRole('alert')).toContainText('whole.js could not be loaded');
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByRole('alert')).toBeHidden();
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(slider(page)).toHaveValue('0');
});

test('one that started out of sight shows the step at the cursor when it comes', async ({
  page,
  host,
}) => {
  await page.goto(await host(`${script()}<div style="height: 3000px"></div>${race()}`));
  const only = page.locator('page-race');
  await only.evaluate((it) => (it as unknown as { start(): Promise<void> }).start());
  await expect(slider(page)).toHaveValue('14');
  await only.evaluate((it) => it.scrollIntoView());
  await expect(only.locator('[aria-current=step]')).toBeInViewport();
});
