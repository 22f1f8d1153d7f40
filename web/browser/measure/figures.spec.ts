// How soon something is painted, and how much script it takes: console and widget, each loaded by a browser that has nothing
// of it yet, several times. Times are medians in milliseconds, sizes bytes.

import type { Page, Response } from '@playwright/test';

import { test } from '../harness/day.ts';
import { expect } from '../harness/test.ts';

const TIMES = 7;

interface Load {
  readonly first_paint_ms: number;
  readonly first_contentful_paint_ms: number;
  /** From the start until what the page is for could be read. */
  readonly useful_ms: number;
  readonly scripts: number;
  readonly script_bytes: number;
  /** As they came over the network, compressed. */
  readonly script_bytes_sent: number;
}

test('first paint and script size', async ({ day, staff, pageFor, server }) => {
  const console_ = await measured(async () => {
    const page = await pageFor(staff.ana, '/healthz');
    return load(page, `${server.url}/console#/desk/${day.held.conversation}`, async () => {
      await expect(page.getByRole('log').getByText('before Saturday')).toBeVisible();
    });
  });
  const widget = await measured(async () => {
    const page = await pageFor(undefined, '/healthz');
    return load(page, `${server.url}/demo`, async () => {
      await expect(page.getByRole('button', { name: /^Chat with us/ })).toBeVisible();
    });
  });
  process.stdout.write(`${JSON.stringify({ console: console_, widget })}\n`);
});

async function measured(once: () => Promise<Load>): Promise<Load> {
  const loads: Load[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    loads.push(await once());
  }
  const median = (name: keyof Load): number => {
    const sorted = loads.map((one) => one[name]).sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  };
  return {
    first_paint_ms: median('first_paint_ms'),
    first_contentful_paint_ms: median('first_contentful_paint_ms'),
    useful_ms: median('useful_ms'),
    scripts: median('scripts'),
    script_bytes: median('script_bytes'),
    script_bytes_sent: median('script_bytes_sent'),
  };
}

async function load(page: Page, url: string, useful: () => Promise<void>): Promise<Load> {
  const scripts: Response[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') {
      scripts.push(response);
    }
  });
  const begun = Date.now();
  await page.goto(url);
  await useful();
  const useful_ms = Date.now() - begun;
  const paints = await page.evaluate(() =>
    performance.getEntriesByType('paint').map(({ name, startTime }) => [name, startTime] as const),
  );
  const paint = (wanted: string): number => paints.find(([name]) => name === wanted)?.[1] ?? Number.NaN;
  const bodies = await Promise.all(scripts.map((script) => script.body()));
  const sent = await Promise.all(
    scripts.map(async (script) => (await script.request().sizes()).responseBodySize),
  );
  await page.context().close();
  return {
    first_paint_ms: paint('first-paint'),
    first_contentful_paint_ms: paint('first-contentful-paint'),
    useful_ms,
    scripts: scripts.length,
    script_bytes: bodies.reduce((sum, body) => sum + body.length, 0),
    script_bytes_sent: sent.reduce((sum, bytes) => sum + bytes, 0),
  };
}
