// How the stories are run: in Debian's Chromium, each worker with a server of its own, two at a time.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'stories',
  outputDir: '../node_modules/.cache/browser-results',
  workers: 2,
  // A story either holds or it does not. CI's machine is shared and stands still at times: there it has a second chance, and
  // whatever needed one is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
});
