// The network is cut in the middle: nothing that was written is lost, and nothing is there twice, on either side.

import { Customer, type Said } from '../harness/customers.ts';
import { Line } from '../harness/line.ts';
import { expect, test } from '../harness/test.ts';
import type { Widget } from '../harness/widget.ts';

/** A line of one's own to the server. */
const withLine = test.extend<{ line: Line }>({
  line: async ({ server }, use) => {
    const line = await Line.to(server.port);
    await use(line);
    await line.stop();
  },
});

withLine(
  'what is written while the network is down arrives once it is up',
  async ({ visitor, line, server }) => {
    const widget = await visitor({ through: line.url });
    await widget.say('Do you ship to Ireland?');
    await expect(widget.entry('to six countries')).toHaveCount(1);

    line.become('cut');
    await expect(widget.status).toContainText('The connection is lost');
    await widget.say('And do you ship to Norway?');
    await widget.say('I would like to talk to someone');
    await expect(widget.entry("Will be sent when you're back online")).toHaveCount(2);

    line.become('whole');
    await expect(widget.entry("Will be sent when you're back online")).toHaveCount(0);
    await expect(widget.panel).toContainText('Waiting for a person');
    await same(widget, server.url, [
      'Do you ship to Ireland?',
      'And do you ship to Norway?',
      'I would like to talk to someone',
    ]);
  },
);

withLine('a message whose answer is lost on the way is taken once', async ({ visitor, line, server }) => {
  const widget = await visitor({ through: line.url });
  await widget.say('What time do you open on Sunday?');
  await expect(widget.entry('open on Sundays')).toHaveCount(1);

  line.become('deaf');
  await widget.say('Do you ship to Ireland?');
  await expect.poll(() => line.lost).toBeGreaterThan(0);
  line.become('whole');
  await expect(widget.entry('to six countries')).toHaveCount(1);
  await same(widget, server.url, ['What time do you open on Sunday?', 'Do you ship to Ireland?']);
});

withLine(
  'a conversation whose opening is lost on the way is opened once',
  async ({ visitor, line, server }) => {
    const widget = await visitor({ through: line.url });
    line.become('deaf');
    await widget.say('Do you ship to Ireland?');
    await expect.poll(() => line.lost).toBeGreaterThan(0);
    line.become('whole');
    await expect(widget.entry('to six countries')).toHaveCount(1);
    await same(widget, server.url, ['Do you ship to Ireland?']);
  },
);

test('a browser that goes offline says so, and sends when it is back', async ({ visitor, server }) => {
  const widget = await visitor();
  await widget.say('Do you ship to Ireland?');
  await expect(widget.entry('to six countries')).toHaveCount(1);

  await widget.page.context().setOffline(true);
  await expect(widget.status).toContainText("You're offline");
  await widget.say('What time do you open on Sunday?');
  await expect(widget.entry("Will be sent when you're back online")).toHaveCount(1);
  await widget.page.context().setOffline(false);
  await expect(widget.entry('open on Sundays')).toHaveCount(1);
  await same(widget, server.url, ['Do you ship to Ireland?', 'What time do you open on Sunday?']);
});

withLine(
  'an agent misses nothing, and what was written meanwhile is sent once',
  async ({ at, staff, line, server }) => {
    const customer = await Customer.open(server, 'I want to talk to a person, please', { name: 'Uma Patel' });
    await customer.claimedBy(staff.ben);
    const ben = await at(staff.ben, `desk/${customer.conversation}`, { through: line.url });
    await ben.isLive();
    await ben.say('Hello Uma, Ben here');
    await expect(ben.line('Hello Uma, Ben here')).toHaveCount(1);
    await expect(ben.log.getByRole('status')).toHaveCount(0);

    line.become('cut');
    await expect(ben.connection).toContainText('Connection lost');
    const meanwhile = ['Are you there?', 'I have another question', 'It is about my Volt'];
    for (const text of meanwhile) {
      await customer.say(text);
    }
    // A reply is looked through by the server before it goes, so it stays where it is; a note waits to be sent.
    await ben.say('One moment, I am looking');
    await expect(ben.chat.getByText('The server cannot be reached')).toBeVisible();
    await expect(ben.field).toHaveValue('One moment, I am looking');
    await ben.field.fill('');
    await ben.act('Note').click();
    await ben.noteField.fill('She asks about her Volt');
    await ben.noteField.press('Enter');
    await expect(ben.log.getByRole('status')).toContainText('It is sent when there is one');

    line.become('whole');
    await ben.isLive();
    await expect(ben.log.getByRole('status')).toHaveCount(0);
    await ben.act('Reply').click();
    await ben.say('One moment, I am looking');
    for (const text of [...meanwhile, 'She asks about her Volt', 'One moment, I am looking']) {
      await expect(ben.line(text)).toHaveCount(1);
    }
    // A line stands there before it has arrived.
    await expect(ben.log.getByRole('status')).toHaveCount(0);
    const had = await customer.messages();
    const agents = had.filter(({ from }) => from === 'agent').map(({ text }) => text);
    expect(agents).toEqual(['Hello Uma, Ben here', 'One moment, I am looking']);
  },
);

test('an agent whose answer is lost on the way sends nothing twice', async ({ at, staff, server }) => {
  const customer = await Customer.open(server, 'I want to talk to a person, please', { name: 'Vera Holt' });
  await customer.claimedBy(staff.ben);
  const ben = await at(staff.ben, `desk/${customer.conversation}`);
  await ben.isLive();
  let lost = 0;
  await ben.page.route(
    '**/messages',
    async (route) => {
      await route.fetch();
      lost += 1;
      await route.abort('connectionreset');
    },
    { times: 2 },
  );
  await ben.say('Hello Vera, Ben here');
  await expect.poll(() => lost).toBe(2);
  await expect(ben.log.getByRole('status')).toHaveCount(0);
  await expect(ben.line('Hello Vera, Ben here')).toHaveCount(1);
  expect((await customer.messages()).filter(({ from }) => from === 'agent')).toHaveLength(1);
});

/** What the customer sees is what the server has, and both have each message once, in this order. */
async function same(widget: Widget, url: string, written: readonly string[]): Promise<void> {
  const customer = Customer.known(url, await widget.kept());
  const had = await customer.messages();
  expect(had.filter(({ from }) => from === 'customer').map(({ text }) => text)).toEqual(written);
  await expect(widget.log.getByRole('listitem')).toHaveCount(had.length);
  await expect(widget.log.getByRole('listitem')).toContainText(had.map(firstWords));
}

/** Links are drawn as links, and line breaks as lines: what comes before them is enough to know a message by. */
function firstWords({ text }: Said): string {
  return (text.split(/\n|https?:/)[0] ?? '').trim().slice(0, 40);
}
