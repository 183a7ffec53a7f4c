/** The documents that the tools of integrations/ have made: `./build.sh test` makes them before. */
import { readdir, readFile } from 'node:fs/promises';
import { serve } from '../tools/serve.mjs';
import { expect, test } from './page';

const SPHINX = 'integrations/sphinx/output';
const MDBOOK = 'integrations/mdbook/output';

for (const { tool, folder, path } of [
  { tool: 'Sphinx', folder: `${SPHINX}/html`, path: 'mm/longterm_pin.html' },
  { tool: 'mdBook', folder: MDBOOK, path: 'longterm-pin.html' },
])
  test(`a race runs in a document that ${tool} has made`, async ({ page }) => {
    const { url, close } = await serve({ folder, prefix: '/' });
    // Whether a document has an icon is its own affair.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    await page.goto(url + path);
    const race = page.locator('page-race').first();
    await expect(race.getByRole('slider', { name: 'Step' })).toHaveValue('14');
    await expect(race.getByText('Who holds page 2')).toBeVisible();
    await expect(race.getByText(/^Kernel: v5.17/)).toBeHidden();
    await page.getByRole('link', { name: 'Open in Pagerace' }).first().waitFor();
    await close();
  });

test('readers without JavaScript have the timeline', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const { url, close } = await serve({ folder: `${SPHINX}/html`, prefix: '/' });
  await page.goto(`${url}mm/longterm_pin.html`);
  await expect(page.getByText(/CPU0 +CPU1 \(B\)/).first()).toBeVisible();
  await context.close();
  await close();
});

test('what is printed has the picture, what is text the timeline', async () => {
  const files = await readdir(`${SPHINX}/latex`);
  const tex = files.find((it) => it.endsWith('.tex')) ?? '';
  const printed = await readFile(`${SPHINX}/latex/${tex}`, 'utf8');
  const pictures = [...printed.matchAll(/\\sphinxincludegraphics\{\{(\w+)\}\.pdf\}/gu)];
  expect(pictures.length).toBe(2);
  for (const [, name] of pictures) {
    const picture = await readFile(`${SPHINX}/latex/${name}.pdf`);
    expect(picture.subarray(0, 5).toString()).toBe('%PDF-');
  }
  expect(pictures[0]?.[1]).not.toBe(pictures[1]?.[1]);
  const text = await readFile(`${SPHINX}/text/mm/longterm_pin.txt`, 'utf8');
  expect(text).toMatch(/CPU0 +CPU1 \(B\)\n +-{34} {3}-{34}\n/);
});
