// The same story with the keyboard alone, on both sides: no pointer is ever used.

import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../harness/test.ts';
import { Widget } from '../harness/widget.ts';
import { Workplace } from '../harness/workplace.ts';

const ANGRY = 'I am furious, this is the second time that you have lost my bike';

test('a customer and an agent, by keyboard alone', async ({ browserAt, server, staff }) => {
  const customer = new Widget(await (await browserAt(server.url)).newPage());
  await customer.page.goto('/demo');
  await customer.introduce('Rosa Keyes');
  await tabTo(customer.page, customer.page.getByRole('button', { name: /^Chat with us/ }));
  await customer.page.keyboard.press('Enter');
  await expect(customer.field).toBeFocused();
  await customer.page.keyboard.type(ANGRY);
  await customer.page.keyboard.press('Enter');
  await expect(customer.panel).toContainText('Waiting for a person');

  const ana = new Workplace(await (await browserAt(server.url)).newPage());
  const keys = ana.page.keyboard;
  await ana.page.goto('/console');
  await tabTo(ana.page, ana.page.getByLabel('Login'));
  await keys.type(staff.ana.login);
  await tabTo(ana.page, ana.page.getByLabel('Password'));
  await keys.type(staff.ana.password);
  await keys.press('Enter');
  await expect(ana.tab('Waiting')).toContainText('1');

  await keys.press('l');
  await expect(ana.page.getByRole('searchbox', { name: /^Filter/ })).toBeFocused();
  await keys.press('Escape');
  await keys.press('q');
  await expect(ana.tab('Waiting')).toHaveAttribute('aria-selected', 'true');
  await keys.press('l');
  await keys.type('rosa');
  await expect(ana.row('Waiting', 'Rosa Keyes')).toHaveCount(1);
  await keys.press('Escape');
  await keys.press('j');
  await expect(ana.log).toContainText(ANGRY);
  await keys.press('a');
  await expect(customer.panel).toContainText("You're chatting with Ana Ferreira");

  await expect(ana.beside.getByRole('button', { name: 'Take' }).first()).toBeVisible();
  await keys.press('1');
  await expect(ana.field).toBeFocused();
  await expect(ana.field).not.toHaveValue('');
  await keys.press('ControlOrMeta+End');
  await keys.type(' I am calling them now.');
  await keys.press('Enter');
  await expect(customer.entry('I am calling them now.')).toHaveCount(1);

  await keys.press('Escape');
  await keys.press('e');
  await expect(ana.dialog).toBeVisible();
  await tabTo(ana.page, ana.dialog.getByRole('button', { name: 'Resolve' }));
  await keys.press('Enter');
  await expect(customer.panel).toContainText('This conversation is closed');

  await tabTo(customer.page, customer.panel.getByRole('radio').first());
  await customer.page.keyboard.press('ArrowRight');
  await customer.page.keyboard.press('ArrowRight');
  await customer.page.keyboard.press('ArrowRight');
  await tabTo(customer.page, customer.panel.getByRole('button', { name: 'Send rating' }));
  await customer.page.keyboard.press('Enter');
  await expect(customer.panel).toContainText('Thank you for your rating');
  await expect(ana.beside).toContainText('Rating: 4/5');

  await customer.page.keyboard.press('Escape');
  await expect(customer.page.getByRole('button', { name: /^Chat with us/ })).toBeFocused();
});

/** Presses Tab until this has the focus. Everything on a page can be reached in that many steps. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let step = 0; step < 60; step += 1) {
    if (
      await wanted.evaluate(
        (element) => (element.getRootNode() as Document | ShadowRoot).activeElement === element,
      )
    ) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${String(wanted)}`);
}
