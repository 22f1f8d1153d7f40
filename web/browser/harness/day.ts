// An ordinary morning at the sample business: customers of every kind, a conversation that an agent has, one that is over
// and rated, and what supervisors and administrators leave behind. What the pages are pictured and examined with.

import { Customer } from './customers.ts';
import { type Business, test as base } from './test.ts';

export interface Day {
  /** With Ana, who has answered and written a note. */
  readonly held: Customer;
  /** Resolved and rated. */
  readonly over: Customer;
  /** Answered by the bot, in its first turn. */
  readonly answered: Customer;
}

/** Who waits in the queue, and why. */
const WAITING = [
  ['Tomas Novak', 'This is the second time you have lost my parcel and I am furious'],
  ['Aisha Rahman', "I've been charged twice for the same order, this is ridiculous"],
  ['Jonah Blake', 'I want to talk to someone'],
  ['Grace Adeyemi', 'My bike makes a grinding noise when I change gear'],
  ['Callum Reid', 'Please let me talk to a person about my Volt, the battery is smoking'],
] as const;

const ANSWERED = [
  ['Mei Tanaka', 'Do you ship to Ireland?'],
  ['Hana Kim', 'What time do you open on Sunday?'],
  ['Orla Byrne', "Can I send a helmet back if it doesn't fit?"],
] as const;

async function anOrdinaryMorning(business: Business): Promise<Day> {
  const { server, staff } = business;
  const held = await Customer.open(
    server,
    'This is the third time you have sent me the wrong thing, I am absolutely furious',
    {
      name: 'Priya Nair',
    },
  );
  const over = await Customer.open(server, 'I want to talk to someone', { name: 'Ewan MacLeod' });
  for (const [name, text] of WAITING) {
    await Customer.open(server, text, { name });
  }
  let answered: Customer | undefined;
  for (const [name, text] of ANSWERED) {
    answered = await Customer.open(server, text, { name });
  }
  if (answered === undefined) {
    throw new Error('nobody was answered');
  }
  await staff.ana.api.post('/v1/agents/ana/presence', { presence: 'online' });
  await staff.ben.api.post('/v1/agents/ben/presence', { presence: 'busy' });
  await workedOn(held, over, business);
  await leftBehind(answered, business);
  return { held, over, answered };
}

async function workedOn(held: Customer, over: Customer, { staff }: Business): Promise<void> {
  const notes = `/v1/conversations/${held.conversation}/notes`;
  await held.claimedBy(staff.ana);
  await held.answeredBy(staff.ana, "I'm so sorry, Priya. I'm looking at your order now.");
  await held.say('Thank you. I need it before Saturday.');
  await staff.ana.api.post(notes, { text: 'Second wrong parcel; the depot has been told.' });
  await staff.sam.api.post(notes, { text: 'Offer her free express delivery.', whisper: true });
  await over.claimedBy(staff.ben);
  await over.answeredBy(staff.ben, 'Hello Ewan, Ben here. What can I do for you?');
  await over.say('When does the workshop open?');
  await over.answeredBy(staff.ben, 'At 8:30, Monday to Friday.');
  await over.resolvedBy(staff.ben);
  await over.rate(5);
}

async function leftBehind(answered: Customer, { staff }: Business): Promise<void> {
  const [asked] = await answered.messages();
  await staff.ana.api.post(`/v1/conversations/${answered.conversation}/labels`, {
    message_id: asked?.id,
    verdict: 'wrong',
    intent: 'return_refund_policy',
    comment: 'She asks about exchanging it.',
  });
  await staff.ruth.api.post('/v1/webhooks', { url: 'https://desk.fernhollow.example/hooks' });
  await staff.ruth.api.post('/v1/accounts', { login: 'noor', name: 'Noor Haddad', role: 'agent' });
  await staff.ruth.api.post('/v1/keys', { name: 'order system', role: 'integrator' });
}

/** Stories on a morning that has happened already. */
export const test = base.extend<object, { day: Day }>({
  day: [
    async ({ server, shop, staff }, use) => use(await anOrdinaryMorning({ server, shop, staff })),
    { scope: 'worker', timeout: 60_000 },
  ],
});
