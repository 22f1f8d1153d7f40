// The detector of scripts that run, tried on a page that is careless with text: what it cannot see there, it could not see on
// our pages either.

import { expect, test } from '@playwright/test';

import { CORPUS, type Place } from '../xss/corpus.ts';
import { Detector } from '../xss/detector.ts';

const CARELESS = 'http://careless.example';

test('a page that is careless with text runs the payloads, and the detector sees it', async ({ browser }) => {
  const context = await browser.newContext();
  const detector = await Detector.in(context);
  const page = await context.newPage();
  await page.route(`${CARELESS}/**`, (route) =>
    new URL(route.request().url()).pathname === '/'
      ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>careless</title>' })
      : route.abort(),
  );
  await page.goto(`${CARELESS}/`);
  await page.evaluate(
    showCarelessly,
    CORPUS.map(({ text }) => text),
  );
  await expect.poll(() => detector.numbers.size, { message: 'payloads seen' }).toBeGreaterThan(120);

  const places = new Set<Place>(
    CORPUS.filter(({ number }) => detector.numbers.has(number)).map(({ place }) => place),
  );
  expect([...places].sort()).toEqual([
    'attribute',
    'html',
    'mathml',
    'mutation',
    'svg',
    'template',
    'unicode',
    'url',
  ]);
  const ways = new Set(detector.findings.map(({ by }) => by));
  expect(ways).toContain('hook');
  expect(ways).toContain('request');
  await context.close();
});

test('the detector sees what the security policy keeps from running', async ({ browser }) => {
  const context = await browser.newContext();
  const detector = await Detector.in(context);
  const page = await context.newPage();
  await page.route(`${CARELESS}/**`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': "default-src 'none'" },
      body: '<!doctype html><p>careless, but guarded</p>',
    }),
  );
  await page.goto(`${CARELESS}/`);
  await page.evaluate(() => {
    document.body.innerHTML = '<img id=canary-7 src=x onerror=canary(7)>';
  });
  await expect.poll(() => detector.findings.map(({ by }) => by)).toContain('policy');
  await detector.inspect(page);
  expect(detector.findings.map(({ by }) => by)).toContain('element');
  expect([...detector.numbers]).toEqual([7]);
  await context.close();
});

/** Runs in the page: each payload as markup, in an attribute, through a template, and as an address that is followed. */
function showCarelessly(texts: readonly string[]): void {
  const frameWith = (html: string): HTMLIFrameElement => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inside = frame.contentDocument;
    inside?.open();
    inside?.write(`<!doctype html><style>@keyframes spin { to { top: 1px } }</style>${html}`);
    inside?.close();
    return frame;
  };
  for (const text of texts) {
    const frame = frameWith(`<div title="${text}">${text}</div>`);
    for (const [, braces, other] of text.matchAll(/\{\{(.*?)\}\}|[$#]\{(.*?)\}/g)) {
      try {
        (frame.contentWindow as unknown as { eval(code: string): unknown }).eval(braces ?? other ?? '');
      } catch {
        // A template of another kind.
      }
    }
    for (const touched of frame.contentDocument?.querySelectorAll<HTMLElement>(
      '[onclick], [onfocus], [tabindex]',
    ) ?? []) {
      touched.dispatchEvent(new MouseEvent('click'));
      touched.focus();
    }
    // Apart, as following it would take the rest along.
    frameWith(`<a href="${text.replaceAll('"', '&quot;')}">x</a>`)
      .contentDocument?.querySelector('a')
      ?.click();
  }
}
