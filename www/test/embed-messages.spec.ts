import { frame, heard, say, test } from './hosts';
import { expect } from './page';

const hash = '#g=cma-longterm-pin&embed=1';
const told = (page: Parameters<typeof heard>[0], id: unknown) =>
  expect.poll(async () => (await heard(page, { id }))[0] ?? null);

test('a document drives a race by messages', async ({ page, host }) => {
  await page.goto(await host(frame(hash)));
  await expect.poll(async () => (await heard(page, { type: 'ready' })).length).toBe(1);
  await say(page, { pagerace: 1, type: 'hello', id: 1 });
  await told(page, 1).toMatchObject({ pagerace: 1, type: 'ready' });
  await say(page, { pagerace: 1, type: 'seek', at: 3, id: 2 });
  await told(page, 2).toMatchObject({ type: 'step', cursor: 3, steps: 31 });
  await say(page, { pagerace: 1, type: 'run', schedule: '0 1*2', id: 3 });
  await told(page, 3).toMatchObject({ type: 'step', cursor: 3, steps: 3, cpu: 1 });
  await say(page, { pagerace: 1, type: 'step', choice: '0', id: 4 });
  await told(page, 4).toMatchObject({ type: 'step', cursor: 4, cpu: 0, choice: '0' });
  await say(page, { pagerace: 1, type: 'explore', id: 5 });
  await told(page, 5).toMatchObject({ type: 'verdict', complete: true, kernel: 'v5.17' });
  await say(page, { pagerace: 1, type: 'getState', id: 6 });
  await told(page, 6).toMatchObject({ type: 'state', schedule: '0 1*2 0', kernel: 'v5.17' });
  await say(page, { pagerace: 1, type: 'theme', theme: 'dark', id: 7 });
  await told(page, 7).toMatchObject({ type: 'state' });
  await expect(page.frameLocator('iframe').locator('page-race')).toHaveAttribute('theme', 'dark');
  const sizes = await heard(page, { type: 'resize' });
  expect(sizes.at(-1)?.height).toBeGreaterThan(100);
});

test('what a race cannot do is told, and it goes on', async ({ page, host }) => {
  await page.route('**/gallery/no-such-race.js', (route) => route.fulfill({ body: '' }));
  await page.goto(await host(frame(hash)));
  await say(page, { pagerace: 1, type: 'load', text: 'format = 7', id: 'bad' });
  await told(page, 'bad').toMatchObject({ type: 'error', of: 'load' });
  await say(page, { pagerace: 1, type: 'load', gallery: 'no-such-race', id: 'none' });
  await told(page, 'none').toMatchObject({ type: 'error', of: 'load' });
  await say(page, { pagerace: 1, type: 'load', link: '1cutoff', id: 'cut' });
  await told(page, 'cut').toMatchObject({ type: 'error', of: 'load' });
  await say(page, { pagerace: 1, type: 'load', gallery: 'cma-longterm-pin', at: 2, id: 'good' });
  await told(page, 'good').toMatchObject({ type: 'state', cursor: 2, steps: 31 });
  await say(page, { pagerace: 1, type: 'run', schedule: 'nonsense', id: 'run' });
  await told(page, 'run').toMatchObject({ type: 'error', of: 'run' });
  await say(page, { pagerace: 1, type: 'step', choice: '7', id: 'step' });
  await told(page, 'step').toMatchObject({ type: 'error', of: 'step' });
  await say(page, { pagerace: 1, type: 'getState', id: 'state' });
  await told(page, 'state').toMatchObject({ type: 'state', cursor: 2, steps: 31 });
});

test('hostile messages change nothing', async ({ page, host }) => {
  await page.goto(await host(frame(hash)));
  await say(page, { pagerace: 1, type: 'getState', id: 'before' });
  await told(page, 'before').toMatchObject({ type: 'state' });
  const [before] = await heard(page, { id: 'before' });
  for (const message of [
    'javascript:alert(1)',
    { pagerace: 1, type: 'eval', code: 'document.body.remove()' },
    { pagerace: 1, type: '__proto__' },
    { pagerace: 1, type: 'load', link: 'https://example.org/#1abc' },
    { pagerace: 1, type: 'load', gallery: '../whole' },
    { pagerace: 1, type: 'theme', theme: '"><script>alert(1)</script>' },
    { pagerace: 1, type: 'seek', at: -1 },
    { pagerace: 1, type: 'explore', maxStates: 1e300 },
  ])
    await say(page, message);
  await say(page, { pagerace: 1, type: 'getState', id: 'after' });
  await told(page, 'after').toEqual({ ...before, id: 'after' });
  expect((await heard(page, { type: 'error' })).map((it) => it.of)).toEqual([
    'load',
    'load',
    'theme',
    'seek',
    'explore',
  ]);
});

test('nobody but the document around it is heard', async ({ page, host }) => {
  const other = '<iframe title="Another" srcdoc="<p>x</p>"></iframe>';
  await page.goto(await host(frame(hash) + other));
  await say(page, { pagerace: 1, type: 'seek', at: 3, id: 1 });
  await told(page, 1).toMatchObject({ cursor: 3 });
  await page
    .frameLocator('iframe >> nth=1')
    .locator('p')
    .evaluate(() => {
      parent.frames[0]?.postMessage({ pagerace: 1, type: 'seek', at: 9, id: 'other' }, '*');
    });
  await say(page, { pagerace: 1, type: 'getState', id: 2 });
  await told(page, 2).toMatchObject({ type: 'state', cursor: 3 });
  expect(await heard(page, { id: 'other' })).toEqual([]);
});

test('a flood is refused, and then all goes on', async ({ page, host }) => {
  await page.goto(await host(frame(hash)));
  await expect.poll(async () => (await heard(page, { type: 'ready' })).length).toBe(1);
  await page.evaluate(() => {
    for (let at = 0; at < 500; at++)
      frames[0]?.postMessage({ pagerace: 1, type: 'seek', at: at % 30, id: 'flood' }, '*');
  });
  await expect.poll(async () => (await heard(page, { id: 'flood' })).length).toBe(500);
  const refused = await heard(page, { id: 'flood', type: 'error' });
  expect(refused.length).toBeGreaterThan(300);
  await say(page, { pagerace: 1, type: 'seek', at: 5, id: 'then' });
  await told(page, 'then').toMatchObject({ type: 'step', cursor: 5 });
});
