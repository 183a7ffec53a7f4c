// How smooth the page is on as many pages as a machine may have: node bench/page.mjs, after
// ./build.sh build. Medians over scrubbing a trace and over playing it; one machine, one run.
import { chromium } from '@playwright/test';
import { serve } from '../www/tools/serve.mjs';
import { text } from './page-4096.mjs';

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const server = await serve({ folder: 'dist' });
const browser = await chromium.launch({
  executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await page.goto(server.url);
await page.getByRole('button', { name: /^Step CPU0/ }).waitFor();
await page.getByRole('textbox', { name: 'Scenario' }).fill(text);
await page.getByRole('textbox', { name: 'Scenario' }).press('Control+Enter');
await page.getByRole('heading', { level: 1, name: '4,096 pages' }).waitFor();

const elements = await page.evaluate(() => {
  const memory = document.querySelector('pagerace-app').shadowRoot.querySelector('pagerace-memory');
  return memory.shadowRoot.querySelectorAll('*').length;
});
/** Goes to each step in turn; how long until what it changes is drawn. */
const seeks = await page.evaluate(async () => {
  const root = document.querySelector('pagerace-app').shadowRoot;
  const strip = root.querySelector('pagerace-dock').shadowRoot.querySelector('pagerace-strip');
  const slider = strip.shadowRoot.querySelector('input');
  const drawn = (at) =>
    new Promise((done) => {
      const look = () => (strip.state.cursor === at ? done() : requestAnimationFrame(look));
      look();
    });
  const times = [];
  const most = Number(slider.max);
  for (let turn = 0; turn < 200; turn++) {
    const at = 1 + (turn % most);
    const start = performance.now();
    slider.value = String(at);
    slider.dispatchEvent(new Event('input'));
    await drawn(at);
    times.push(performance.now() - start);
  }
  return times;
});
/** Frames while it plays, 8 steps a second. */
await page.keyboard.press('Home');
await page.getByLabel('Steps per second').selectOption('8/s');
await page.getByRole('button', { name: 'Play' }).click();
const frames = await page.evaluate(
  () =>
    new Promise((done) => {
      const times = [];
      let last = performance.now();
      const frame = (now) => {
        times.push(now - last);
        last = now;
        if (times.length < 240) requestAnimationFrame(frame);
        else done(times.slice(1));
      };
      requestAnimationFrame(frame);
    }),
);
console.log(`elements of the memory view: ${elements}`);
console.log(`a seek, until drawn: median ${median(seeks).toFixed(1)} ms`);
console.log(
  `frames while playing: median ${median(frames).toFixed(1)} ms, ` +
    `longest ${Math.max(...frames).toFixed(1)} ms`,
);
await browser.close();
await server.close();
