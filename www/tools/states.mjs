// Every panel and state of the page: the address that it starts at, what is done there, and the
// element that a picture shows (none: the window). Pictures and tests of looks walk this table.
import { usedPages as HUGE } from '../../bench/page/texts.mjs';
import { paste } from './paste.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/**
 * @typedef {object} State
 * @property {string} name
 * @property {string} [hash] what stands behind `#`
 * @property {string} [of] the element shown
 * @property {(page: Page) => Promise<unknown>} [go] the way to it, at 1440 px
 * @property {(page: Page) => Promise<unknown>} [before] what is done before the page is opened
 * @property {boolean} [bare] the page never gets to its first race
 * @property {(page: Page) => Promise<unknown>} [each] what is done anew for each picture
 * @property {boolean} [print] as on paper
 * @property {boolean} [newer] it has come after the lanes: `looks.spec.ts` takes it apart
 */

const FRONT = 'g=cma-longterm-pin';

/** Four lanes: too many interleavings for a moment. */
const LARGE = `format = 1
title = "Four CPUs"
about = "More interleavings than one waits for."
[kernel]
base = "v5.17"
[machine]
pageblock_pages = 2
blocks = ["movable", "cma:area0", "movable", "unmovable"]
[[process]]
name = "B"
map = ["a = page 2 anon rw"]
[[cpu]]
run = ["cma_alloc(area0, 2)"]
${['p', 'q', 'r'].map((pin) => `[[cpu]]\nprocess = "B"\nrun = ["${pin} = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(${pin})"]\n`).join('')}
[[expect]]
sometimes = { cpu0 = "-EBUSY" }
`;

const button = (page, name) => page.getByRole('button', { name });
const click = (name) => (page) => button(page, name).first().click();
const press = (key) => (page) => page.keyboard.press(key);

/** One after the other. */
const all =
  (...ways) =>
  async (page) => {
    for (const way of ways) await way(page);
  };

const seen = (text) => (page) => page.getByText(text).first().waitFor({ timeout: 60_000 });
const explored = all(press('x'), seen(/^every interleaving searched, [\d,]+ states?$/));
const witness = (text) => (page) =>
  page
    .locator('pagerace-outcomes')
    .getByRole('row')
    .filter({ hasText: text })
    .first()
    .getByRole('button', { name: /switch.*step/ })
    .click();

/** Gives the editor a text, as by pasting it. */
const write = (text) => async (page) => {
  await page.locator('pagerace-editor').evaluate((it) => it.scrollIntoView());
  await paste(page.locator('pagerace-editor .cm-content'), text);
};
const apply = (text) =>
  all(write(text), press('Control+Enter'), (page) =>
    page.getByRole('heading', { level: 1, name: /^title = "(.*)"/m.exec(text)?.[1] }).waitFor(),
  );

const searchBox = (words) => (page) => page.getByRole('dialog').getByRole('searchbox').fill(words);
const shareAs = (form) => (page) => page.getByRole('tab', { name: form }).click();
const compose = click('Compose');
const addOperation = all(compose, click('Add an operation'));
const search = (name) => (page) =>
  page.getByRole('combobox', { name: 'Search operations' }).fill(name);
const form = (name) =>
  all(addOperation, search(name), (page) =>
    page.getByRole('dialog').getByRole('option').first().click(),
  );
const tool = (name) => all(click(name), (page) => page.waitForLoadState('networkidle'));
const compared = all(
  tool('Compare two kernels'),
  (page) => page.locator('pagerace-compare').getByRole('combobox').selectOption('v5.19'),
  seen('They end differently.'),
);
const bench = all(tool('Patch bench'), (page) =>
  page
    .locator('pagerace-bench')
    .getByRole('combobox', { name: 'Function' })
    .selectOption('is_pinnable_page'),
);
const patched = all(
  bench,
  (page) => page.locator('pagerace-bench .label').first().click(),
  (page) => page.locator('pagerace-bench details summary').click(),
  (page) => page.locator('pagerace-bench').getByRole('searchbox').fill('acquire zone->lock'),
  (page) => page.locator('pagerace-bench .offers button').first().click(),
  seen('The patch does not fit yet.'),
);

/** The next request of a type fails, as with a panic in the engine. */
const trapAt = (type) => (page) =>
  page.evaluate((type) => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message) {
      if (message.request?.type !== type) return post.call(this, message);
      Worker.prototype.postMessage = post;
      const data = { id: message.id, trap: 'RuntimeError: unreachable' };
      this.onmessage?.(new MessageEvent('message', { data }));
    };
  }, type);

/** As if the tab had died: what the engine has begun has no end. */
const dies = (page) =>
  page.evaluate(() => {
    const set = sessionStorage.setItem.bind(sessionStorage);
    Storage.prototype.removeItem = () => {};
    Storage.prototype.setItem = (key, value) => set(key, value);
  });
const reload = (page) => page.reload();
const again = async (page) => {
  const [url] = page.url().split('#');
  await page.goto('about:blank');
  await page.goto(url);
};
const toText = (page) => page.locator('pagerace-editor').evaluate((it) => it.scrollIntoView());

/** @type {State[]} */
export const STATES = [
  { name: 'start' },
  { name: 'start-full', of: 'pagerace-app' },
  {
    name: 'loading',
    bare: true,
    before: (page) => page.route(/\.wasm$/, () => {}),
  },
  {
    name: 'new',
    go: all(press('g'), (page) =>
      page.getByRole('dialog').getByRole('button', { name: 'New scenario' }).click(),
    ),
  },
  { name: 'toggles', of: 'pagerace-kernel', hash: `${FRONT}&view=outcomes`, go: click(/^Toggles/) },

  { name: 'lanes', of: 'pagerace-lanes' },
  { name: 'lanes-start', of: 'pagerace-lanes', go: press('Home') },
  { name: 'lanes-folded', of: 'pagerace-lanes', go: click('fold all') },
  {
    name: 'lanes-meetings',
    of: 'pagerace-lanes',
    hash: `${FRONT}&at=8`,
    go: all(press('ArrowLeft'), press('ArrowRight')),
  },
  {
    name: 'lanes-branch',
    of: 'pagerace-lanes',
    hash: `${FRONT}&at=3`,
    go: all(click(/^Step CPU0/), (page) => page.getByRole('region', { name: /^Branch/ }).waitFor()),
  },
  { name: 'lanes-predicting', hash: `${FRONT}&predict=1` },
  {
    name: 'lanes-blocked',
    hash: 'g=cma-unmap-lock-deadlock',
    go: all(explored, witness('deadlock')),
  },
  {
    name: 'lanes-livelock',
    of: 'pagerace-lanes',
    hash: 'g=cma-pin-held-for-ever',
    go: all(explored, witness('livelock')),
  },
  { name: 'lanes-interrupt', hash: 'g=cma-short-pin' },
  { name: 'lanes-four', of: 'pagerace-lanes', hash: 'g=uffd-wp-deferred-flush' },
  { name: 'lanes-stores', hash: 'g=weak-fork-sequence-count&at=6' },

  { name: 'memory', of: 'pagerace-memory', hash: `${FRONT}&view=memory` },
  { name: 'memory-processes', of: 'pagerace-system', hash: `${FRONT}&view=memory&at=12` },
  { name: 'memory-swap', of: 'pagerace-system', hash: 'g=swap-pin-race-write&view=memory' },
  { name: 'memory-contents', of: 'pagerace-contents', hash: 'g=fork-tears-snapshot&view=memory' },
  { name: 'memory-tlb', of: 'pagerace-system', hash: 'g=cow-flushes-translations&view=memory' },
  { name: 'memory-huge', of: 'pagerace-system', hash: 'g=thp-cow-stops-unplug&view=memory' },
  {
    name: 'memory-sections',
    of: 'pagerace-memory',
    hash: 'g=offline-compaction-touches-removed-page&view=memory',
  },
  {
    name: 'memory-4096',
    of: 'pagerace-memory',
    go: all(apply(HUGE), async (page) => {
      await page.locator('pagerace-memory').scrollIntoViewIfNeeded();
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: 'Memory', exact: true }).click();
      await page.setViewportSize({ width: 1440, height: 900 });
    }),
  },
  { name: 'properties', of: 'pagerace-properties' },
  {
    name: 'history',
    of: 'pagerace-history',
    newer: true,
    hash: `${FRONT}&view=memory&at=11`,
    go: all(click(/^page 2:/), click('History of page 2'), (page) =>
      page.locator('pagerace-history').getByLabel('Field').selectOption('_refcount'),
    ),
  },
  { name: 'source', of: 'pagerace-source', hash: `${FRONT}&view=source&at=8` },

  { name: 'outcomes', of: 'pagerace-outcomes', hash: `${FRONT}&view=outcomes` },
  { name: 'outcomes-done', of: 'pagerace-outcomes', go: explored },
  {
    name: 'outcomes-herd',
    of: 'pagerace-outcomes',
    newer: true,
    go: all(explored, (page) => page.getByText('As herd7 prints it').click()),
  },
  {
    name: 'outcomes-searching',
    of: 'pagerace-outcomes',
    go: all(apply(LARGE), press('Escape'), click('Explore every interleaving'), seen(/^searching/)),
  },
  {
    name: 'outcomes-limited',
    of: 'pagerace-outcomes',
    go: all(apply(LARGE), click('Explore every interleaving'), seen(/^searching/), click('Cancel')),
  },
  {
    name: 'outcomes-sampling',
    of: 'pagerace-outcomes',
    newer: true,
    go: all(
      apply(LARGE),
      click('Explore every interleaving'),
      seen(/^searching/),
      click('Cancel'),
      click('Sample instead'),
      (page) => page.getByRole('spinbutton', { name: 'Runs' }).fill('50'),
      (page) => button(page, 'Sample').last().click(),
      seen('a sample of 50 runs'),
    ),
  },
  {
    name: 'outcomes-deadlock',
    of: 'pagerace-outcomes',
    hash: 'g=cma-unmap-lock-deadlock',
    go: explored,
  },
  {
    name: 'races',
    of: 'pagerace-races',
    newer: true,
    hash: `${FRONT}&view=outcomes`,
    go: all(tool('Data races'), seen(/\d+ data races/), (page) =>
      page.locator('pagerace-races summary').first().click(),
    ),
  },
  {
    name: 'matrix',
    of: 'pagerace-matrix',
    newer: true,
    hash: 'g=cma-short-pin&view=outcomes',
    go: all(tool('Kernels by outcomes'), seen('every kernel searched')),
  },
  {
    name: 'compare',
    of: 'pagerace-compare',
    newer: true,
    hash: `${FRONT}&view=outcomes`,
    go: compared,
  },
  {
    name: 'bench',
    of: 'pagerace-bench',
    newer: true,
    hash: `${FRONT}&view=outcomes`,
    go: patched,
  },
  {
    name: 'predict',
    of: 'pagerace-tools',
    newer: true,
    hash: `${FRONT}&view=outcomes&predict=1`,
    go: (page) => page.locator('pagerace-predict').getByRole('checkbox').first().check(),
  },
  {
    name: 'predict-answer',
    of: 'pagerace-tools',
    newer: true,
    hash: `${FRONT}&view=outcomes&predict=1`,
    go: all(
      (page) => page.locator('pagerace-predict').getByRole('checkbox').first().check(),
      click('Show the answer'),
    ),
  },

  { name: 'compose', of: 'pagerace-compose', newer: true, go: compose },
  { name: 'compose-palette', newer: true, go: addOperation },
  { name: 'compose-palette-found', go: all(addOperation, search('pin')) },
  { name: 'compose-form', newer: true, go: form('pin_user_pages_fast') },
  {
    name: 'compose-refused',
    of: 'pagerace-compose',
    newer: true,
    go: all(compose, click('Remove process B')),
  },

  { name: 'text', of: 'pagerace-editor', hash: `${FRONT}&view=text`, go: toText },
  {
    name: 'text-mistake',
    of: 'pagerace-editor',
    hash: `${FRONT}&view=text`,
    go: all(
      write(LARGE.replace('pageblock_pages', 'pageblock_page')),
      press('Control+Home'),
      (page) => page.locator('.cm-lintRange-error').first().waitFor(),
    ),
  },
  {
    name: 'text-complete',
    hash: `${FRONT}&view=text`,
    go: write(`${LARGE}[[cpu]]\nrun = ["`),
    each: all(toText, press('Control+End'), press('Escape'), press('Control+Space'), (page) =>
      page.locator('.cm-tooltip-autocomplete').waitFor(),
    ),
  },
  {
    name: 'text-hover',
    hash: `${FRONT}&view=text`,
    go: write(LARGE),
    each: all(
      toText,
      press('Control+Home'),
      (page) => page.mouse.move(0, 0),
      (page) => page.locator('.cm-content').getByText('movable').first().hover(),
      (page) => page.locator('.cm-content').getByText('blocks').first().hover(),
      (page) => page.locator('.w-help').waitFor(),
    ),
  },

  { name: 'gallery', newer: true, go: press('g') },
  { name: 'gallery-found', newer: true, go: all(press('g'), searchBox('munmap v5.17')) },
  { name: 'gallery-none', go: all(press('g'), searchBox('zebra')) },
  { name: 'tour', newer: true, hash: `${FRONT}&at=8&guide=tour` },
  { name: 'challenge', newer: true, hash: 'g=challenge-make-pages-leak&guide=challenge' },
  {
    name: 'challenge-judged',
    newer: true,
    hash: 'g=challenge-make-pages-leak&guide=challenge',
    go: all(click('Hint'), click('Judge'), seen('Not met')),
  },
  { name: 'help', go: press('?') },
  {
    name: 'share',
    before: (page) =>
      page.addInitScript(() => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
      }),
    go: press('c'),
  },
  { name: 'share-scenario', newer: true, go: all(press('s'), shareAs('Scenario')) },
  {
    name: 'share-timeline',
    newer: true,
    go: all(press('s'), shareAs('Timeline'), (page) =>
      page.getByRole('textbox', { name: 'Timeline' }).waitFor(),
    ),
  },
  {
    name: 'share-svg',
    newer: true,
    go: all(press('s'), shareAs('SVG'), (page) => page.getByRole('img', { name: 'SVG' }).waitFor()),
  },
  { name: 'share-nothing', newer: true, go: all(press('s'), shareAs('Outcomes')) },
  {
    name: 'share-outcomes',
    newer: true,
    go: all(explored, press('Escape'), press('s'), shareAs('Outcomes')),
  },

  { name: 'error-link', hash: '1broken' },
  { name: 'error-trap', go: all(trapAt('seek'), press('ArrowLeft')) },
  {
    name: 'error-steps',
    hash: 'g=cma-pin-moves-page',
    go: all(
      async (page) => {
        const text = await page.locator('pagerace-editor').evaluate((it) => it.text);
        const of = await page.getByRole('slider', { name: 'Step' }).getAttribute('max');
        await apply(text.replace('steps = "0*"', `steps = "0*${of}"`))(page);
      },
      (page) => page.waitForURL(/#1/),
      (page) => page.getByRole('combobox', { name: 'Kernel' }).selectOption('v5.18'),
      seen('These steps do not run on v5.18'),
    ),
  },
  {
    name: 'kept',
    newer: true,
    go: all(press('Home'), press('0'), (page) => page.waitForURL(/#1/), again, seen('Take it up')),
  },
  {
    name: 'crash-guard',
    go: all(
      apply(LARGE),
      (page) => page.waitForURL(/#1/),
      dies,
      press('Escape'),
      click('Explore every interleaving'),
      seen(/^searching/),
      reload,
      seen('The page ended at this scenario the last time'),
    ),
  },

  { name: 'print', of: 'pagerace-app', print: true, go: explored },
  {
    name: 'print-tools',
    of: 'pagerace-app',
    print: true,
    hash: `${FRONT}&at=11`,
    go: all(explored, compared, patched),
  },
];

/**
 * Brings a fresh page to a state.
 * @param {Page} page
 * @param {string} url
 * @param {State} state
 */
export async function bring(page, url, { hash, go, before, bare }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await before?.(page);
  await page.goto(hash ? `${url}#${hash}` : url);
  if (bare) return;
  await button(page, /^Step CPU0/).waitFor();
  await go?.(page);
}
