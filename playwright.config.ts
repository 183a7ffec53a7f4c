import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'www/test',
  testMatch: '*.spec.ts',
  // Serves dist/ under a sub-path on a free port and sets the address below.
  globalSetup: './www/tools/serve-for-tests.mjs',
  outputDir: 'test-results',
  snapshotPathTemplate: '{testDir}/shots/{arg}{ext}',
  reporter: 'list',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  retries: 0,
  // Wide limits: they end a hung test and judge no machine's speed.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    baseURL: process.env.PAGERACE_TEST_URL,
    viewport: { width: 1280, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.PAGERACE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        // Chromium's own sandbox does not start for root nor in most containers.
        '--no-sandbox',
        '--disable-gpu',
        // The tests talk to this machine only.
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
