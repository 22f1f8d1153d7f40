// The customer's chat as a customer sees it, by the roles and names that a screen reader hears.

import { expect, type Locator, type Page } from '@playwright/test';

import type { Opened } from './customers.ts';

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

  /** As a shop's page does for whom it knows by name. */
  async introduce(name: string): Promise<void> {
    await this.page.locator('firstline-chat').evaluate((chat, given) => {
      chat.setAttribute('customer-name', given);
    }, name);
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

  /** The conversation as the browser keeps it for the next visit. */
  async kept(): Promise<Opened> {
    const kept = await this.page.evaluate(() =>
      Object.entries(localStorage)
        .filter(([name]) => name.startsWith('firstline:'))
        .map(([, value]) => (JSON.parse(value as string) as { conversation?: Opened }).conversation),
    );
    const [conversation] = kept.filter((found) => found !== undefined);
    if (conversation === undefined) {
      throw new Error('this browser keeps no conversation');
    }
    return conversation;
  }

  /** Goes on with a conversation that was opened elsewhere, as if it had been opened here. */
  async take(conversation: Opened): Promise<void> {
    await this.page.evaluate((kept) => {
      localStorage.setItem(`firstline:${location.origin}`, JSON.stringify({ conversation: kept }));
    }, conversation);
    await this.page.reload();
    await this.open();
  }

  async rate(score: number, comment: string): Promise<void> {
    await this.panel.getByRole('radio', { name: new RegExp(`^${score} of 5`) }).check({ force: true });
    await this.panel.getByRole('textbox', { name: /What should we know/ }).fill(comment);
    await this.panel.getByRole('button', { name: 'Send rating' }).click();
  }
}
