/** A desk of 1440 by 900 at 200 %, one of 1280 by 1024 at 400 %, and a narrow phone. */
import type { Page } from '@playwright/test';
import { expect, open, stepButton, test, violations } from './page';

const WINDOWS = [
  { name: '200 %', width: 720, height: 450 },
  { name: '400 %', width: 320, height: 256 },
  { name: '320 px', width: 320, height: 640 },
];

/** By how much the page is wider than the window. */
const overhang = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The controls that cannot be brought into sight: beyond an edge for good, or under another. */
const outOfReach = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    /** What is seen at a point, in whatever tree. */
    const seenAt = (x: number, y: number): Element[] => {
      const seen: Element[] = [];
      let root: DocumentOrShadowRoot | null = document;
      while (root) {
        const at: Element | null = root.elementFromPoint(x, y);
        if (!at || seen.includes(at)) break;
        seen.push(at);
        root = at.shadowRoot;
      }
      return seen;
    };
    const walk = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        if (!element.matches('button, select, input, a[href], summary')) continue;
        if (!element.checkVisibility()) continue;
        element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const { left, right, top, bottom, width } = element.getBoundingClientRect();
        const seen = seenAt((left + right) / 2, (top + bottom) / 2);
        const isSeen = seen.some((it) => it === element || element.contains(it));
        const fits = width > innerWidth || (left >= -1 && right <= innerWidth + 1);
        if (isSeen && fits) continue;
        const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
        const host = (element.getRootNode() as ShadowRoot).host?.localName ?? '';
        found.push(`${host}: ${element.localName} "${name.slice(0, 40)}"`);
      }
    };
    walk(document);
    return found;
  });

for (const { name, width, height } of WINDOWS) {
  test(`${name}: nothing hangs over the edge, and every control is in reach`, async ({ page }) => {
    test.slow(); // it looks at some hundred controls a panel
    await page.setViewportSize({ width, height });
    await open(page);
    const panels = width > 700 ? [] : ['Memory', 'Source', 'Outcomes', 'Text', 'Lanes'];
    expect(await overhang(page)).toBe(0);
    expect(await outOfReach(page)).toEqual([]);
    for (const panel of panels) {
      const button = page.getByRole('button', { name: panel, exact: true });
      await button.click();
      await expect(button).toHaveAttribute('aria-pressed', 'true');
      expect(await overhang(page), panel).toBe(0);
      expect(await outOfReach(page), panel).toEqual([]);
    }
    expect(await violations(page)).toEqual([]);
  });
}

test('200 %: the steps stay at hand while the lanes are looked at', async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await open(page);
  await expect(stepButton(page, 0)).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('slider', { name: 'Step' })).toBeInViewport({ ratio: 1 });
  const dock = await page.locator('pagerace-dock').boundingBox();
  expect(dock?.height).toBeLessThan(450 / 3);
});

test('320 px: the panels stand side by side', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page);
  for (const panel of ['Lanes', 'Memory', 'Source', 'Outcomes', 'Compose', 'Text']) {
    const button = page.getByRole('button', { name: panel, exact: true });
    await expect(button, panel).toBeInViewport({ ratio: 1 });
  }
});
