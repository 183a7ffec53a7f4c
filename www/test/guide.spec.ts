import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import {
  editor,
  expect,
  fromGallery,
  open,
  slider,
  standsAt,
  test,
  violations,
  write,
} from './page';

const tour = (page: Page) => page.getByRole('region', { name: 'Guided tour' });
const challenge = (page: Page) => page.getByRole('region', { name: 'Challenge' });
const given = (name: string) => readFileSync(`scenarios/${name}.toml`, 'utf8');
const solution = (name: string) => readFileSync(`crate/tests/solutions/${name}.toml`, 'utf8');

test('a tour is walked by keyboard, left, and taken up again', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Guided tour' }).focus();
  await page.keyboard.press('Enter');
  await expect(tour(page)).toContainText('1 of 9');
  await expect(tour(page).getByRole('button', { name: 'Next' })).toBeFocused();
  await standsAt(page, 0);
  await page.keyboard.press('Enter');
  await expect(tour(page)).toContainText('2 of 9');
  await standsAt(page, 5);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(tour(page)).toContainText('5 of 9');
  await expect(tour(page)).toContainText('GUP_PIN_COUNTING_BIAS');
  await standsAt(page, 14);
  // Looking around does not lose the place.
  await page.keyboard.press('ArrowLeft');
  await standsAt(page, 13);
  await tour(page).getByRole('button', { name: 'Back to this stop' }).click();
  await standsAt(page, 14);
  await tour(page).getByRole('button', { name: 'Leave the tour' }).click();
  await expect(tour(page)).toBeHidden();
  await page.getByRole('button', { name: 'Guided tour' }).click();
  await expect(tour(page)).toContainText('5 of 9');
});

test('a tour changes the kernel, and comes back', async ({ page }) => {
  await open(page, '#g=cma-longterm-pin&at=31&guide=tour');
  await expect(tour(page)).toContainText('7 of 9');
  await tour(page).getByRole('button', { name: 'Next' }).click();
  await expect(tour(page)).toContainText('8 of 9');
  await expect(page.getByRole('combobox', { name: 'Kernel' })).toHaveValue('v5.19');
  await standsAt(page, 9);
  await expect(tour(page).getByRole('button', { name: 'Back to this stop' })).toBeHidden();
  await tour(page).getByRole('button', { name: 'Back', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Kernel' })).toHaveValue('v5.17');
  await standsAt(page, 31);
  await expect(page.getByRole('alert')).toBeHidden();
});

test('a link leads to a stop', async ({ page }) => {
  await open(page, '#g=cma-longterm-pin&at=8&guide=tour');
  await expect(tour(page)).toContainText('4 of 9');
  await standsAt(page, 8);
  await tour(page).getByRole('button', { name: 'Next' }).click();
  await expect(page).toHaveURL(/#g=cma-longterm-pin&at=14&guide=tour/);
});

test('a challenge is refused, tried, and solved', async ({ page }) => {
  const name = 'challenge-make-pages-leak';
  await open(page);
  await fromGallery(page, name);
  await page.getByRole('button', { name: 'Challenge', exact: true }).click();
  const judge = challenge(page).getByRole('button', { name: 'Judge' });
  await judge.click();
  await expect(challenge(page)).toContainText('Not met');
  await expect(challenge(page)).toContainText('no execution does');
  await challenge(page).getByRole('button', { name: 'Hint' }).click();
  await expect(challenge(page).locator('ol').getByRole('listitem').first()).toContainText(
    'freed to the list',
  );
  await write(page, given(name).replace('allocated = [6]', 'allocated = [5]'));
  await judge.click();
  await expect(challenge(page)).toContainText('Not allowed');
  await write(page, given(name).replace('run = []', 'run = ["no_such_call()"]'));
  await judge.click();
  await expect(challenge(page)).toContainText('cannot be judged');
  await write(page, solution(name));
  await judge.click();
  await expect(challenge(page)).toContainText('Met: the challenge is solved.');
  await challenge(page).getByRole('button', { name: 'show' }).click();
  await expect(slider(page)).not.toHaveAttribute('max', '1');
  await expect(page.getByText('free pages are lost on an isolate list').first()).toBeVisible();
});

test('a line is moved by a patch, and the race is closed', async ({ page }) => {
  const name = 'challenge-move-one-line';
  await open(page, `#g=${name}&guide=challenge`);
  await expect(challenge(page)).toContainText('a [[patch]] with 1 moved line');
  await write(page, solution(name));
  await challenge(page).getByRole('button', { name: 'Judge' }).click();
  await expect(challenge(page)).toContainText('Met: the challenge is solved.');
});

test('a tour that does not stand says why', async ({ page }) => {
  await open(page);
  await write(page, given('cma-longterm-pin').replace('at = 0\n', 'at = 99\n'));
  await editor(page).press('Control+Enter');
  await expect(page).toHaveURL(/#1/);
  await page.getByRole('button', { name: 'Guided tour' }).click();
  await expect(page.getByRole('alert')).toContainText('there is no step 99');
});

for (const width of [360, 1440]) {
  test(`axe finds nothing in a tour at ${width} px`, async ({ page }) => {
    test.slow(); // axe looks at every element
    await page.setViewportSize({ width, height: 740 });
    await open(page, '#g=cma-longterm-pin&at=8&guide=tour');
    await expect(tour(page)).toContainText('4 of 9');
    expect(await violations(page)).toEqual([]);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over).toBe(0);
  });
}
