import { bring, STATES } from '../tools/states.mjs';
import { expect, open, searched, standsAt, stepButton, test, violations } from './page';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1440]) {
    test(`axe finds nothing: ${colorScheme}, ${width} px`, async ({ page }) => {
      test.slow(); // axe looks at every element, several times
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await open(page);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('x');
      await searched(page);
      await page.getByRole('button', { name: /^Toggles/ }).click();
      expect(await violations(page)).toEqual([]);
      for (const panel of width === 360 ? ['Memory', 'Source', 'Text'] : []) {
        await page.getByRole('button', { name: panel, exact: true }).click();
        expect(await violations(page)).toEqual([]);
      }
      await page.keyboard.press('?');
      expect(await violations(page)).toEqual([]);
    });
  }
}

for (const width of [360, 768, 1440]) {
  test(`nothing hangs over the edge at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 740 });
    await open(page);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBe(0);
  });
}

test('360 px: one panel at a time, the steps in reach, targets of 44 px', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  await expect(stepButton(page, 0)).toBeInViewport();
  await expect(page.locator('pagerace-memory')).toBeHidden();
  for (const panel of ['Memory', 'Source', 'Outcomes', 'Text', 'Lanes']) {
    await page.getByRole('button', { name: panel, exact: true }).click();
    const small = await page.evaluate(smallTargets);
    expect(small, panel).toEqual([]);
  }
  await page.getByRole('button', { name: 'Memory', exact: true }).click();
  await expect(page.locator('pagerace-memory')).toBeVisible();
  await expect(page).toHaveURL(/view=memory/);
  await page.reload();
  await expect(page.locator('pagerace-memory')).toBeVisible();
});

for (const state of STATES.filter((it) => it.newer)) {
  test(`${state.name}: for every eye and finger at 360 px, and on paper`, async ({ page }) => {
    test.setTimeout(300_000); // a state may need a search, and axe looks at every element
    await bring(page, './', state);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    expect(await violations(page)).toEqual([]);
    // Colours are all that differs.
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await violations(page, ['color-contrast'])).toEqual([]);
    expect(await page.evaluate(smallTargets)).toEqual([]);
    expect(await page.evaluate(moving)).toEqual([]);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBe(0);
    await page.emulateMedia({ media: 'print' });
    if (state.of) expect(await page.locator(state.of).evaluate(cutOff)).toEqual([]);
  });
}

/** What moves, or would move when it changes. */
const moving = (): string[] => {
  const found: string[] = [];
  const walk = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      // CodeMirror's cursor blinks, as all cursors do.
      if (element.closest('.cm-editor')) continue;
      const { animationName, transitionDuration } = getComputedStyle(element);
      if (animationName !== 'none' || !/^0s(, 0s)*$/.test(transitionDuration)) {
        found.push(`${element.localName}.${element.className}`);
      }
    }
  };
  walk(document);
  return found;
};

/** Boxes of an element that would scroll, which paper cannot. */
const cutOff = (host: Element): string[] => {
  const found: string[] = [];
  const walk = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      const { overflowY, position } = getComputedStyle(element);
      const more = element.scrollHeight - element.clientHeight;
      if (/auto|scroll/.test(overflowY) && position !== 'absolute' && more > 2) {
        found.push(`${element.localName}.${element.className}: ${more}`);
      }
    }
  };
  if (host.shadowRoot) walk(host.shadowRoot);
  return found;
};

/** Visible buttons, fields and links outside of text that are lower than 44 px. */
const smallTargets = (): string[] => {
  const found: string[] = [];
  const walk = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches('button, select, input[type=range], textarea')) continue;
      const { width, height } = element.getBoundingClientRect();
      if (height > 0 && (height < 44 || width < 44)) {
        found.push(`${element.textContent?.trim()} ${width}x${height}`);
      }
    }
  };
  walk(document);
  return found;
};

test('the theme follows the system until the reader chooses', async ({ page }) => {
  const background = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page);
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await expect.poll(background).toBe(dark);
  await page.reload();
  await expect.poll(background).toBe(dark);
});

test('nothing moves while the state changes', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  const boxes = () =>
    page.evaluate(() => {
      const root = document.querySelector('pagerace-app')?.shadowRoot;
      const names = [
        'lanes',
        'outcomes',
        'properties',
        'memory',
        'source',
        'system',
        'editor',
        'dock',
      ];
      return names.map((name) => {
        const box = root?.querySelector(`pagerace-${name}`)?.getBoundingClientRect();
        return [name, Math.round(box?.top ?? 0)];
      });
    });
  await page.keyboard.press('Home');
  await standsAt(page, 0);
  const before = await boxes();
  for (let at = 1; at <= 8; at++) {
    await page.keyboard.press('ArrowRight');
    await standsAt(page, at);
    expect(await boxes(), `step ${at}`).toEqual(before);
  }
});

test('print shows the lanes in full, and no player', async ({ page }) => {
  await open(page);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('pagerace-dock')).toBeHidden();
  const hidden = await page.evaluate(() => {
    const lanes = document
      .querySelector('pagerace-app')
      ?.shadowRoot?.querySelector('pagerace-lanes');
    const box = lanes?.shadowRoot?.querySelector('.scroll');
    return box ? box.scrollHeight - box.clientHeight : null;
  });
  expect(hidden).toBeLessThanOrEqual(1);
});

test('asks nobody but its own host', async ({ page, baseURL }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await open(page);
  expect([...hosts]).toEqual([new URL(baseURL ?? '').host]);
});
