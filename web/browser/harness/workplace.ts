// The console as the people who work in it see it, by the roles and names that a screen reader hears.

import type { Page } from '@playwright/test';

export class Workplace {
  constructor(readonly page: Page) {}

  /** Another page of the console, without loading it anew. */
  async go(path: string): Promise<void> {
    await this.page.evaluate((hash) => {
      location.hash = hash;
    }, path);
  }
}
