// What no story may do unseen: an error in a page, something refused by the security policy, a request that leaves the
// server, an asset that is missing, an answer that says the server has failed.

import type { BrowserContext, Page } from '@playwright/test';

/** What a browser says of its own when an answer is 4xx or a connection breaks: stories bring that about on purpose. */
const EXPECTED = /^Failed to load resource/;

export class Watch {
  readonly findings: string[] = [];

  follow(context: BrowserContext, origin: string): void {
    context.on('page', (page) => this.followPage(page));
    context.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol.startsWith('http') && asked !== origin) {
        this.findings.push(`a request left the server: ${request.url()}`);
      }
    });
    context.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.status() >= 500 || (response.status() >= 400 && !/^\/(v1|auth)\//.test(pathname))) {
        this.findings.push(`${pathname} was answered with ${response.status()}`);
      }
    });
  }

  private followPage(page: Page): void {
    page.on('pageerror', (error) =>
      this.findings.push(`an error in ${page.url()}: ${error.stack ?? error.message}`),
    );
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) {
        this.findings.push(`the console of ${page.url()} says: ${message.text()}`);
      }
    });
  }
}
