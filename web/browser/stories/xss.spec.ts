// 200 payloads as what customers write, as their names, as articles and as what the shop's systems answer: each is read as
// text, none runs, and nothing of it becomes part of a page.

import type { BrowserContext, Page } from '@playwright/test';

import { each } from '../harness/api.ts';
import { Customer } from '../harness/customers.ts';
import { hire, type Person, type Staff } from '../harness/people.ts';
import { scrollThrough } from '../harness/rows.ts';
import { test as base, expect, signIn } from '../harness/test.ts';
import { Widget } from '../harness/widget.ts';
import {
  type HostileBusiness,
  ORDERS,
  orderNumber,
  questionAbout,
  startHostileBusiness,
  THINGS,
  titleOf,
} from '../xss/business.ts';
import { CORPUS } from '../xss/corpus.ts';
import { Detector } from '../xss/detector.ts';
import { missing, plain } from '../xss/shown.ts';

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
  const [first, ...others] = THINGS;
  await widget.say(questionAbout(first));
  await expect(widget.entry(`Send the ${first} back`)).toHaveCount(1);
  const customer = Customer.known(hostile.server.url, await widget.kept());
  for (const thing of others) {
    await customer.say(questionAbout(thing));
  }
  const said = (await customer.messages()).filter(({ from }) => from === 'bot').map(({ text }) => text);
  // What was said before may lead to another article: not every one is found.
  expect(said.filter((text) => text.startsWith('Send the ')).length).toBeGreaterThan(20);
  await expect.poll(() => missing(widget.page, said)).toEqual([]);
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

test('as names and first words, on the desk, the wall and the pages behind them', async ({
  guardedPage,
  hostile,
  victims,
}) => {
  const { server } = hostile;
  const crowd = await each(TEXTS, 8, (text) => Customer.open(server, text, { name: text }));
  const page = await guardedPage('/console#/desk', victims.sam);
  const seen: string[] = [];
  for (const list of ['Waiting', 'All others'] as const) {
    await page.getByRole('tab', { name: new RegExp(`^${list}`) }).click();
    await expect(page.getByRole('list', { name: list })).toBeVisible();
    seen.push(...(await scrollThrough(page, list)).rows.map(([, text]) => text));
  }
  const all = plain(seen.join(' '));
  expect(TEXTS.filter((text) => !all.includes(plain(text)))).toEqual([]);

  const [somebody] = crowd;
  await victims.ana.api.post(`/v1/conversations/${somebody?.conversation ?? ''}/notes`, {
    text: TEXTS.join(' '),
  });
  for (const [hash, texts] of [
    [`desk/${somebody?.conversation ?? ''}`, TEXTS],
    [`why/${somebody?.conversation ?? ''}/1`, TEXTS.slice(0, 1)],
    ['wall', TEXTS.slice(-20)],
  ] as const) {
    await page.goto(`/console#/${hash}`);
    await expect.poll(() => missing(page, texts), { message: hash }).toEqual([]);
  }
});

test('as what a customer writes, on the desk, the why page and in the label queue', async ({
  guardedPage,
  hostile,
  victims,
}) => {
  const customer = await Customer.open(hostile.server, 'I want to talk to someone');
  const path = `/v1/conversations/${customer.conversation}`;
  await customer.claimedBy(victims.ana);
  for (const text of TEXTS) {
    await customer.say(text);
  }
  const mine = (await customer.messages()).filter(({ from }) => from === 'customer').slice(1, 21);
  await each(mine, 2, ({ id }) =>
    victims.ana.api.post(`${path}/labels`, { message_id: id, verdict: 'wrong', comment: TEXTS[0] }),
  );

  const page = await guardedPage(`/console#/desk/${customer.conversation}`, victims.sam);
  await expect.poll(() => missing(page, TEXTS)).toEqual([]);
  await page.goto(`/console#/why/${customer.conversation}`);
  await expect.poll(() => missing(page, TEXTS)).toEqual([]);
  await page.goto('/console#/labels');
  await expect
    .poll(() =>
      missing(
        page,
        mine.map(({ text }) => text),
      ),
    )
    .toEqual([]);
});

test('as articles, in the search beside a conversation', async ({ guardedPage, hostile, victims }) => {
  const customer = await Customer.open(hostile.server, 'I want to talk to someone');
  const page = await guardedPage(`/console#/desk/${customer.conversation}`, victims.ana);
  const search = page.getByRole('searchbox', { name: 'Search the knowledge base' });
  await page.getByRole('tab', { name: 'Knowledge' }).click();
  for (const [index, thing] of THINGS.entries()) {
    await search.fill(questionAbout(thing));
    const hit = page.getByRole('listitem').filter({ hasText: `Send the ${thing} back` });
    await expect(hit.first()).toBeVisible();
    expect(await missing(page, titleOf(index)), thing).toEqual([]);
  }
});

test('as what the shop answers, on the desk', async ({ guardedPage, hostile, victims }) => {
  const known = { id: 'cus_0002', name: 'Tomas', verified: true };
  const customer = await Customer.open(hostile.server, `Where is my order ${orderNumber(0)}`, known);
  for (const order of Array.from({ length: ORDERS - 1 }, (_, index) => index + 1)) {
    await customer.say(`Where is my order ${orderNumber(order)}`);
  }
  const page = await guardedPage(`/console#/desk/${customer.conversation}`, victims.sam);
  await expect.poll(() => missing(page, TEXTS)).toEqual([]);
});
