// A customer asks in the widget, and is answered: from an article, with its source, and from the shop's systems, after a proof
// of identity.

import { expect, test } from '../harness/test.ts';

test('a question is answered from an article, and the widget says what answers', async ({ visitor }) => {
  const widget = await visitor();
  await expect(widget.panel).toContainText('automated');
  await expect(widget.human).toBeVisible();

  await widget.say("Can I send a helmet back if it doesn't fit?");
  const answer = widget.entry('you can swap it for another size');
  await expect(answer).toHaveCount(1);
  await expect(answer).toContainText('Source:');
  await expect(widget.human).toBeVisible();
});

test('an order is looked up once the customer has proven who they are', async ({ visitor, shop }) => {
  const widget = await visitor();
  await widget.panel.getByRole('button', { name: 'Where is my order?' }).click();
  await expect(widget.entry('Which order is it?')).toHaveCount(1);

  await widget.say('FH-10423');
  await expect(widget.entry('6-digit code')).toHaveCount(1);
  await widget.say(await shop.code('priya@example.com'));
  await expect(widget.entry('on its way with Parcelway')).toHaveCount(1);
});

test('what the bot offers can be tapped', async ({ visitor, shop }) => {
  const widget = await visitor();
  await widget.say('My parcel FH-20017 is late');
  await expect(widget.entry('6-digit code')).toHaveCount(1);
  await widget.say(await shop.code('tomas@example.com'));
  await widget.panel.getByRole('button', { name: "No, I'll wait" }).click();
  await expect(widget.entry("No, I'll wait")).toHaveCount(1);
  await expect(widget.panel.getByRole('button', { name: "No, I'll wait" })).toHaveCount(0);
});

test('the conversation is still there after the page is loaded anew', async ({ visitor }) => {
  const widget = await visitor();
  await widget.say('Do you ship to Ireland?');
  await expect(widget.entry('to six countries')).toHaveCount(1);
  await widget.page.reload();
  await widget.open();
  await expect(widget.entry('Do you ship to Ireland?')).toHaveCount(1);
  await expect(widget.entry('to six countries')).toHaveCount(1);
});

test('the chat speaks Arabic from right to left', async ({ visitor }) => {
  const widget = await visitor();
  await widget.page.getByLabel('Chat in').selectOption('ar');
  await expect(widget.panel.getByRole('textbox', { name: 'اكتب رسالة' })).toBeVisible();
  await expect(widget.panel).toHaveCSS('direction', 'rtl');
});
