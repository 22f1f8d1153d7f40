// The `test` that stories import: a server with its people for each worker, browsers for whoever takes part, and a watch
// over all of them that fails a story whatever else it checks.

import {
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  expect,
  type Page,
} from '@playwright/test';

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

/** Who comes to the shop's page: it can say to the widget whom it knows. */
export type Visit = Window & { readonly name?: string };

export interface Fixtures {
  readonly watch: Watch;
  /** A browser of one's own, at this address. */
  readonly browserAt: (url: string, options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A page, for a person who is signed in already, or for anybody. */
  readonly pageFor: (person: Person | undefined, path: string, window?: Window) => Promise<Page>;
  /** A page of the console, for a person who is signed in already. */
  readonly at: (person: Person, hash: string, window?: Window) => Promise<Workplace>;
  /** Somebody on the shop's page, with the chat open. */
  readonly visitor: (visit?: Visit) => Promise<Widget>;
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

  pageFor: async ({ server, browserAt }, use) => {
    await use(async (person, path, { through, ...options } = {}) => {
      const url = through ?? server.url;
      const context = await browserAt(url, options);
      if (person !== undefined) {
        await signIn(context, url, person);
      }
      const page = await context.newPage();
      await page.goto(path);
      return page;
    });
  },

  at: async ({ pageFor }, use) => {
    await use(
      async (person, hash, window) => new Workplace(await pageFor(person, `/console#/${hash}`, window)),
    );
  },

  visitor: async ({ pageFor }, use) => {
    await use(async ({ name, ...window } = {}) => {
      const widget = new Widget(await pageFor(undefined, '/demo', window));
      if (name !== undefined) {
        await widget.introduce(name);
      }
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
