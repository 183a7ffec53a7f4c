import { chromium } from '@playwright/test';
import { serve } from '/tmp/wt-embed/www/tools/serve.mjs';

const { url, close } = await serve({ folder: 'dist', prefix: '/p/' });
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const p = await b.newPage();
p.on('console', (m) => console.log('C', m.type(), m.text()));
p.on('pageerror', (e) => console.log('E', e.message, e.stack));
p.on('requestfailed', (r) => console.log('F', r.url()));
await p.goto(url + process.argv[2] ?? 'embed/index.html#g=cma-longterm-pin');
await p.waitForTimeout(5000);
console.log(
  await p.evaluate(() => {
    const r = document.querySelector('page-race');
    return r?.shadowRoot?.textContent.slice(0, 600);
  }),
);
await p.screenshot({ path: '/tmp/embed-try/a.png' });
await b.close();
await close();
