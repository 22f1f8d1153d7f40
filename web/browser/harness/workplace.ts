// The console as the people who work in it see it, by the roles and names that a screen reader hears.

import { expect, type Locator, type Page } from '@playwright/test';

export class Workplace {
  /** The conversation in the middle, and what stands beside it. */
  readonly chat: Locator;
  readonly beside: Locator;
  readonly log: Locator;
  readonly field: Locator;
  readonly noteField: Locator;
  readonly dialog: Locator;
  /** How the live stream stands. */
  readonly connection: Locator;

  constructor(readonly page: Page) {
    this.chat = page.getByRole('region', { name: 'Conversation' });
    this.beside = page.getByRole('complementary', { name: 'Beside the conversation' });
    this.log = this.chat.getByRole('log', { name: 'Conversation' });
    this.field = this.chat.getByRole('textbox', { name: 'Write to the customer' });
    this.noteField = this.chat.getByRole('textbox', { name: /Only your team|A note to whoever/ });
    this.dialog = page.getByRole('dialog');
    this.connection = page.getByRole('banner').getByRole('status');
  }

  /** Waits until what happens from now on is seen. */
  async isLive(): Promise<void> {
    await expect(this.connection).toHaveText('Live');
  }

  tab(name: 'Mine' | 'Waiting' | 'All others'): Locator {
    return this.page.getByRole('tab', { name: new RegExp(`^${name}`) });
  }

  /** The rows in one of the lists in which this stands. */
  row(list: 'Mine' | 'Waiting' | 'All others', text: string): Locator {
    return this.page.getByRole('list', { name: list }).getByRole('link').filter({ hasText: text });
  }

  /** The conversation of the customer with this name. */
  async open(list: 'Mine' | 'Waiting' | 'All others', name: string): Promise<void> {
    await this.tab(list).click();
    await this.row(list, name).click();
    await expect(this.chat.getByRole('heading', { name })).toBeVisible();
  }

  act(name: string): Locator {
    return this.chat.getByRole('button', { name });
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** The lines of the conversation in which this stands. */
  line(text: string): Locator {
    return this.log.getByText(text);
  }

  async resolve(reason: string): Promise<void> {
    await this.act('Resolve').click();
    await this.dialog.getByRole('radio', { name: reason }).check();
    await this.dialog.getByRole('button', { name: 'Resolve' }).click();
    await expect(this.dialog).toHaveCount(0);
  }
}
