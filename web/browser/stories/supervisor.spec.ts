// What supervisors see and do: the wall as it happens, a conversation watched from it, the switch, and why.

import type { Locator } from '@playwright/test';

import { Customer } from '../harness/customers.ts';
import { expect, test } from '../harness/test.ts';

const ANGRY = 'This is the second time you have lost my parcel and I am furious';

test('the wall follows a conversation from the queue to its rating', async ({ server, at, staff }) => {
  const { page, ...sam } = await at(staff.sam, 'wall');
  await expect(sam.connection).toHaveText('Live');
  const tile = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const count = async (name: string): Promise<number> =>
    Number.parseInt((await tile(name).getByRole('paragraph').first().textContent()) ?? '', 10);
  await expect(tile('Waiting')).toBeVisible();
  const [waiting, resolved] = [await count('Waiting'), await count('Resolved, 24 h')];

  const customer = await Customer.open(server, ANGRY, { name: 'Wanda Live' });
  await expect.poll(() => count('Waiting')).toBe(waiting + 1);
  await expect(page.getByRole('region', { name: 'Open conversations' })).toContainText('Wanda Live');
  await customer.claimedBy(staff.ana);
  await expect.poll(() => count('Waiting')).toBe(waiting);
  await customer.answeredBy(staff.ana, 'Hello Wanda, I have found it');
  await customer.resolvedBy(staff.ana);
  await expect.poll(() => count('Resolved, 24 h')).toBe(resolved + 1);
  await customer.rate(4);
  await expect(tile('Resolved, 24 h')).toContainText(/rated \d/);
});

test('a conversation is watched from the wall, whispered into, and taken over', async ({
  visitor,
  at,
  staff,
}) => {
  const customer = await visitor({ name: 'Pia Moreno' });
  await customer.say(ANGRY);
  await expect(customer.panel).toContainText('Waiting for a person');
  const ana = await at(staff.ana, 'desk');
  await ana.open('Waiting', 'Pia Moreno');
  await ana.act('Claim').click();
  await ana.say('Hello, Ana here, I am looking');

  const { page } = await at(staff.sam, 'wall');
  await page.getByRole('region', { name: 'Open conversations' }).getByText('Pia Moreno').click();
  const watched = page.getByRole('complementary', { name: 'The conversation that is watched' });
  await customer.say('It was for my daughter');
  await expect(watched.getByRole('log')).toContainText('It was for my daughter');
  await watched.getByRole('textbox', { name: /^Whisper to Ana Ferreira/ }).fill('Send it by express');
  await watched.getByRole('button', { name: 'Whisper' }).click();
  await expect(ana.line('Send it by express')).toHaveCount(1);

  await watched.getByRole('button', { name: 'Take over' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it over' }).click();
  await expect(customer.panel).toContainText("You're chatting with Sam Whitlock");
  await expect(customer.log).not.toContainText('Send it by express');
  await expect(ana.chat).toContainText('You do not hold this conversation');
});

test('the bot is switched off and on, for the very next message', async ({ visitor, at, staff }) => {
  const { page } = await at(staff.sam, 'bot');
  const before = await visitor();
  await before.say('Do you ship to Ireland?');
  await expect(before.entry('to six countries')).toHaveCount(1);

  await page.getByRole('button', { name: 'Switch the bot off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch it off now' }).click();
  await expect(page.getByText('The bot is off.')).toBeVisible();
  await before.say('What time do you open on Sunday?');
  await expect(before.panel).toContainText('Waiting for a person');

  await page.getByRole('button', { name: 'Switch the bot on' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch it on' }).click();
  await expect(page.getByText('The bot is on.')).toBeVisible();
  const after = await visitor();
  await after.say('What time do you open on Sunday?');
  await expect(after.entry('open on Sundays')).toHaveCount(1);
});

test('a turn says why it came out so, and what it would be; one key puts it in doubt', async ({
  server,
  at,
  staff,
}) => {
  const customer = await Customer.open(server, 'Could you ship a pump to Ireland?', { name: 'Finn Daly' });
  const { page } = await at(staff.ana, `why/${customer.conversation}/1`);
  await expect(page.getByRole('article', { name: 'Turn 1' })).toContainText(
    'Could you ship a pump to Ireland?',
  );
  const whatIf = page.getByRole('region', { name: 'What if' });
  await whatIf.getByRole('slider', { name: /Sure enough to act/ }).fill('1');
  await expect(whatIf).toContainText('It would have come out differently.');

  await page.getByRole('heading', { name: 'Why' }).first().click();
  await page.keyboard.press('w');
  await expect(page.getByText('Noted: the bot was wrong here.')).toBeVisible();
  const sam = await at(staff.sam, 'labels');
  await expect(sam.page.getByRole('list', { name: 'Open doubts' })).toContainText('Could you ship a pump');
});
