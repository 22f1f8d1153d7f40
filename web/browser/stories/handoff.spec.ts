// From the widget to a person and back: an angry customer and the agent who helps, the supervisor who watches and takes over.

import { Customer } from '../harness/customers.ts';
import { expect, test } from '../harness/test.ts';

const ANGRY = 'This is the second time you have lost my parcel and I am furious';

test('an angry customer lands with an agent, who helps, and is rated', async ({ visitor, at, staff }) => {
  const ana = await at(staff.ana, 'desk');
  await ana.isLive();
  const customer = await visitor({ name: 'Nora Quinn' });
  await customer.say(ANGRY);
  await expect(customer.panel).toContainText('Waiting for a person');
  await ana.tab('Waiting').click();
  await expect(ana.row('Waiting', 'Nora Quinn')).toContainText('lost my parcel');
  await expect(ana.row('Waiting', 'Nora Quinn')).toContainText('Unhappy');
  await ana.open('Waiting', 'Nora Quinn');
  await expect(ana.beside.getByRole('region', { name: 'Why a person' })).toContainText('Unhappy');
  await expect(ana.beside.getByRole('region', { name: 'Nora Quinn' })).toContainText('lost my parcel');
  await ana.act('Claim').click();
  await expect(customer.panel).toContainText("You're chatting with Ana Ferreira");

  const suggestions = ana.beside.getByRole('region', { name: 'Suggested replies' });
  await suggestions.getByRole('button', { name: 'Take' }).first().click();
  await expect(ana.field).not.toHaveValue('');
  await ana.field.press('ControlOrMeta+End');
  await ana.field.pressSequentially(' I am calling the depot now.');
  await ana.field.press('Enter');
  await expect(customer.entry('I am calling the depot now.')).toHaveCount(1);
  await expect(ana.line('I am calling the depot now.')).toHaveCount(1);
  await expect(ana.field).toHaveValue('');

  await customer.field.pressSequentially('Tha');
  await expect(ana.log.getByText('is writing')).toBeVisible();
  await customer.say('Thank you, that helps');
  await expect(ana.line('Thank you, that helps')).toHaveCount(1);
  await expect(ana.log.getByText('is writing')).toHaveCount(0);
  await expect(ana.log.getByText('Read', { exact: true })).toBeVisible();

  await ana.resolve('Solved');
  await expect(customer.panel).toContainText('This conversation is closed');
  await customer.rate(5, 'Quick and kind');
  await expect(customer.panel).toContainText('Thank you for your rating');
  await expect(ana.beside).toContainText('Rating: 5/5');
  await expect(ana.beside).toContainText('Quick and kind');
});

test('a supervisor watches unseen, whispers, and takes over', async ({ visitor, at, staff }) => {
  const sam = await at(staff.sam, 'desk');
  await sam.isLive();
  const customer = await visitor({ name: 'Olive Grant' });
  await customer.say(ANGRY);
  await expect(customer.panel).toContainText('Waiting for a person');
  const ana = await at(staff.ana, 'desk');
  await ana.open('Waiting', 'Olive Grant');
  await ana.act('Claim').click();
  await ana.say('Hello, Ana here. Which order is it?');

  await sam.open('All others', 'Olive Grant');
  await customer.say('FH-10424, and it was a present');
  await expect(sam.line('it was a present')).toHaveCount(1);
  await sam.chat.getByRole('checkbox', { name: 'Whisper' }).check();
  await sam.noteField.fill('Offer her a refund at once');
  await sam.noteField.press('Enter');
  await expect(ana.line('Offer her a refund at once')).toHaveCount(1);

  await sam.act('Take over').click();
  await expect(customer.panel).toContainText("You're chatting with Sam Whitlock");
  await expect(ana.chat).toContainText('You do not hold this conversation');
  await sam.act('Reply').click();
  await sam.say('This is Sam. You will have your money back today.');
  await expect(customer.entry('This is Sam.')).toHaveCount(1);
  await expect(customer.entry('Offer her a refund')).toHaveCount(0);
  await expect(ana.line('This is Sam.')).toHaveCount(1);
});

test('what is half written survives a reload, and is still checked', async ({ server, at, staff }) => {
  const customer = await Customer.open(server, 'Please let me talk to a person, thanks', {
    name: 'Nia Osei',
  });
  await customer.claimedBy(staff.ana);
  const ana = await at(staff.ana, `desk/${customer.conversation}`);
  await ana.field.fill('Hello {{customer.first_name}}, one moment');
  await ana.page.reload();
  await expect(ana.field).toHaveValue('Hello {{customer.first_name}}, one moment');

  await ana.field.press('Enter');
  await expect(ana.chat.getByRole('alert')).toContainText('{{customer.first_name}}');
  expect((await customer.messages()).some(({ text }) => text.includes('one moment'))).toBe(false);
  await ana.say('Hello Nia, one moment');
  await expect.poll(async () => (await customer.messages()).at(-1)?.text).toBe('Hello Nia, one moment');
});

test('canned responses come by a slash, and knowledge with its source', async ({ server, at, staff }) => {
  const customer = await Customer.open(server, 'Can I speak to a person about my helmet', {
    name: 'Lea Brandt',
  });
  await customer.claimedBy(staff.ana);
  const ana = await at(staff.ana, `desk/${customer.conversation}`);
  await ana.field.pressSequentially('/helmet');
  const canned = ana.page.getByRole('listbox', { name: 'Canned responses' });
  await expect(canned.getByRole('option').first()).toBeVisible();
  await ana.field.press('Enter');
  await expect(ana.field).toHaveValue(/helmet|head/i);
  await ana.field.fill('');

  await ana.beside.getByRole('tab', { name: 'Knowledge' }).click();
  await ana.beside.getByRole('searchbox', { name: 'Search the knowledge base' }).fill('helmet size');
  await ana.beside.getByRole('button', { name: 'Insert with its source' }).first().click();
  await expect(ana.field).toHaveValue(/\(.+\)$/);
});
