// The page in a browser, served as a static host serves it: packed, and kept for ten minutes.
import { chromium } from '@playwright/test';
import { serve } from '../../www/tools/serve.mjs';
import { payload } from './texts.mjs';

/** What a slow phone has: Lighthouse's "slow 4G", and a processor four times as slow. */
const SLOW = { latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const SLOWER = 4;

/** Does some work with a browser and the address of the page. */
export async function withPage(work) {
  const server = await serve({ folder: 'dist', packed: true });
  const browser = await chromium.launch({
    executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    return await work({ browser, url: server.url });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A fresh page with nothing in its caches, and its protocol of measurements. */
export async function fresh(browser, { slow = false } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const protocol = await context.newCDPSession(page);
  if (slow) {
    await protocol.send('Network.enable');
    await protocol.send('Network.emulateNetworkConditions', { offline: false, ...SLOW });
    await protocol.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  }
  return { page, protocol, close: () => context.close() };
}

/** Opens a text, and lets what comes when the page is idle come. */
export async function open({ page }, url, text) {
  await page.goto(`${url}#${payload(text)}`);
  const title = /^title = "(.*)"/m.exec(text)[1];
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  // Who is there to look loads what looks closely, too.
  await page.getByRole('slider', { name: 'Step' }).hover();
  await page.waitForLoadState('networkidle');
}
