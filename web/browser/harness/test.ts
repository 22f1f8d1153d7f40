// The `test` that stories import: a server with its people for each worker, browsers for whoever takes part, and a watch
// over all of them that fails a story whatever else it checks.

import { type BrowserContext, type BrowserContextOptions, test as base, expect } from '@playwright/test';

import { hire, type Person, SESSION_COOKIE, type Staff } from './people.ts';
import { Server } from './server.ts';
import { environmentOf, Shop } from './shop.ts';
import { Watch } from './watch.ts';
import { Widget } from './widget.ts';
import { Workplace } from './workplace.ts';

/** Of each worker. */
export interface Business {
  readonly shop: Shop;
  readonly server: Server;
  readonly staff: Staff;
}

/** Where a browser is taken that is not to reach the server directly: the address of a {@link Line}. */
export type Window = BrowserContextOptions & { readonly through?: string };

interface Fixtures {
  readonly watch: Watch;
  /** A browser of one's own, at this address. */
  readonly browserAt: (url: string, options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A person who is signed in already. */
  readonly at: (person: Person, path?: string, window?: Window) => Promise<Workplace>;
  /** Somebody on the shop's page, with the chat open. */
  readonly visitor: (window?: Window) => Promise<Widget>;
}

export const test = base.extend<Fixtures, Business>({
  shop: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is taken from it.
    async ({}, use) => {
      const shop = await Shop.start();
      await use(shop);
      await shop.stop();
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ shop }, use) => {
      const server = await Server.start({ environment: environmentOf(shop.url) });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  staff: [async ({ server }, use) => use(await hire(server)), { scope: 'worker', timeout: 60_000 }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is taken from it.
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.findings).toEqual([]);
  },

  browserAt: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (url, options = {}) => {
      const context = await browser.newContext({ baseURL: url, ...options });
      contexts.push(context);
      watch.follow(context, new URL(url).origin);
      return context;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  at: async ({ server, browserAt }, use) => {
    await use(async (person, path = '#/desk', { through, ...options } = {}) => {
      const url = through ?? server.url;
      const context = await browserAt(url, options);
      await signIn(context, url, person);
      const page = await context.newPage();
      await page.goto(`/console${path}`);
      return new Workplace(page);
    });
  },

  visitor: async ({ server, browserAt }, use) => {
    await use(async ({ through, ...options } = {}) => {
      const context = await browserAt(through ?? server.url, options);
      const page = await context.newPage();
      await page.goto('/demo');
      const widget = new Widget(page);
      await widget.open();
      return widget;
    });
  },
});

/** Gives the browser the session that the person has, as signing in by hand would. */
export async function signIn(context: BrowserContext, url: string, person: Person): Promise<void> {
  await context.addCookies([
    { name: SESSION_COOKIE, value: person.session, url, httpOnly: true, sameSite: 'Strict' },
  ]);
}

export { expect };
