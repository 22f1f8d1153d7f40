// The customer's chat as a customer sees it, by the roles and names that a screen reader hears.

import { expect, type Locator, type Page } from '@playwright/test';

export class Widget {
  readonly panel: Locator;
  readonly log: Locator;
  readonly field: Locator;
  readonly human: Locator;
  readonly status: Locator;

  constructor(readonly page: Page) {
    this.panel = page.getByRole('dialog');
    this.log = this.panel.getByRole('log', { name: 'Messages' });
    this.field = this.panel.getByRole('textbox', { name: 'Write a message' });
    this.human = this.panel.getByRole('button', { name: 'Talk to a person' });
    this.status = this.panel.getByRole('status');
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: /^Chat with us/ }).click();
    await expect(this.field).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** The messages whose text this is, or in which it stands. */
  entry(text: string | RegExp): Locator {
    return this.log.getByRole('listitem').filter({ hasText: text });
  }

  async rate(score: number, comment: string): Promise<void> {
    await this.panel.getByRole('radio', { name: new RegExp(`^${score} of 5`) }).check({ force: true });
    await this.panel.getByRole('textbox', { name: /What should we know/ }).fill(comment);
    await this.panel.getByRole('button', { name: 'Send rating' }).click();
  }
}
