// 200 payloads as what customers write, as their names, as articles and as what the shop's systems answer: each is read as
// text, none runs, and nothing of it becomes part of a page.

import type { BrowserContext, Page } from '@playwright/test';

import { Customer } from '../harness/customers.ts';
import { hire, type Person, type Staff } from '../harness/people.ts';
import { test as base, expect, signIn } from '../harness/test.ts';
import { Widget } from '../harness/widget.ts';
import {
  type HostileBusiness,
  ORDERS,
  orderNumber,
  questionOf,
  startHostileBusiness,
} from '../xss/business.ts';
import { CORPUS } from '../xss/corpus.ts';
import { Detector } from '../xss/detector.ts';
import { missing } from '../xss/shown.ts';

interface Fixtures {
  /** Fails the story when anything ran, whatever else it checks. */
  readonly detected: (context: BrowserContext) => Promise<Detector>;
  readonly guardedPage: (path: string, person?: Person) => Promise<Page>;
}

const test = base.extend<Fixtures, { hostile: HostileBusiness; victims: Staff }>({
  hostile: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is taken from it.
    async ({}, use) => {
      const hostile = await startHostileBusiness();
      await use(hostile);
      await hostile.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  victims: [
    async ({ hostile }, use) => use(await hire(hostile.server)),
    { scope: 'worker', timeout: 60_000 },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is taken from it.
  detected: async ({}, use) => {
    const detectors: Detector[] = [];
    await use(async (context) => {
      const detector = await Detector.in(context);
      detectors.push(detector);
      return detector;
    });
    expect(detectors.flatMap(({ findings }) => findings)).toEqual([]);
  },

  guardedPage: async ({ hostile, browserAt, detected }, use) => {
    const guarded: { page: Page; detector: Detector }[] = [];
    await use(async (path, person) => {
      const context = await browserAt(hostile.server.url);
      const detector = await detected(context);
      if (person !== undefined) {
        await signIn(context, hostile.server.url, person);
      }
      const page = await context.newPage();
      await page.goto(path);
      guarded.push({ page, detector });
      return page;
    });
    for (const { page, detector } of guarded) {
      await detector.inspect(page);
    }
  },
});

const TEXTS = CORPUS.map(({ text }) => text);

test('as what a customer writes, in the widget', async ({ guardedPage, hostile }) => {
  const widget = new Widget(await guardedPage('/demo'));
  await widget.open();
  // The first by hand, the rest from another window of the same customer.
  await widget.say(TEXTS[0] ?? '');
  await expect(widget.entry(TEXTS[0] ?? '')).not.toHaveCount(0);
  await expect(widget.log.getByRole('listitem')).not.toHaveCount(1);
  const customer = Customer.known(hostile.server.url, await widget.kept());
  for (const text of TEXTS.slice(1)) {
    await customer.say(text);
  }
  await expect.poll(() => missing(widget.page, TEXTS)).toEqual([]);
});

test('as articles, in the widget', async ({ guardedPage, hostile }) => {
  const widget = new Widget(await guardedPage('/demo'));
  await widget.open();
  await widget.say(questionOf(1));
  await expect(widget.entry('rings.')).toHaveCount(1);
  const customer = Customer.known(hostile.server.url, await widget.kept());
  const said = new Set<string>();
  for (const { number } of CORPUS) {
    const { replies } = await customer.say(questionOf(number));
    for (const { text } of replies) {
      said.add(text);
    }
  }
  expect(said.size).toBeGreaterThan(100);
  await expect.poll(() => missing(widget.page, [...said])).toEqual([]);
});

test('as what the shop answers, in the widget', async ({ guardedPage, hostile }) => {
  const widget = new Widget(await guardedPage('/demo'));
  await widget.open();
  const known = { id: 'cus_0001', name: 'Priya', verified: true };
  const customer = await Customer.open(hostile.server, `Where is my order ${orderNumber(0)}`, known);
  await widget.take(customer.opened);
  for (const order of Array.from({ length: ORDERS - 1 }, (_, index) => index + 1)) {
    await customer.say(`Where is my order ${orderNumber(order)}`);
  }
  await expect.poll(() => missing(widget.page, TEXTS)).toEqual([]);
});
