// What events make of the desk's lists.
import { expect, it } from 'vitest';
import type { EventData, Kind, LiveEvent } from '../../live/events';
import {
  type Applied,
  applied,
  found,
  held,
  type Item,
  type Items,
  itemOf,
  offeredUntil,
  others,
  waiting,
} from './items';

const agent = { me: 'ana', all: false };
const supervisor = { me: 'sam', all: true };
const AT = '2026-11-29T10:00:00Z';

function event(kind: Kind, data: EventData = {}): LiveEvent {
  return { kind, position: 1, data: { conversation_id: 'c1', ...data } };
}

function item(part: Partial<Item> = {}): Item {
  return {
    id: 'c1',
    status: 'open',
    owner: 'queue',
    queue: 'care',
    priority: 'normal',
    customer: { id: '', name: 'Kim', verified: false },
    created_at: AT,
    updated_at: AT,
    since: AT,
    last_seq: 2,
    clocks: [],
    ...part,
  };
}

function message(seq: number, kind = 'customer', text = 'Hello'): EventData {
  return { message: { id: `m${seq}`, seq, from: { kind }, text, at: AT } };
}

function after(start: Item | undefined, events: LiveEvent[], scope = agent): Applied {
  let now: Applied = { item: start, ask: false };
  for (const next of events) now = applied(now.item, next, scope, AT);
  return now;
}

it('shows what was said before it was followed', () => {
  const transcript = [
    { from: 'customer', text: 'Where is it?', at: AT },
    { from: 'bot', text: 'One moment.', at: AT },
  ];
  const { item: found } = after(undefined, [event('handoff.requested', { queue: 'care', transcript })]);
  expect(found?.last_message).toEqual({ from: 'customer', text: 'Where is it?', at: AT });
});

it('puts a handoff into the queue with its reason, its mood and its due time', () => {
  const data = {
    queue: 'care',
    priority: 'urgent',
    reason: 'negative_sentiment',
    customer: { id: '7', name: 'Kim', verified: true },
    sentiment: { label: 'negative', negative: 0.9, trend: 'falling' },
    sla: { first_response_due: '2026-11-29T10:05:00Z' },
  };
  const { item: made, ask } = after(undefined, [event('handoff.requested', data)]);
  expect(made).toMatchObject({ owner: 'queue', priority: 'urgent', reason: 'negative_sentiment' });
  expect(made?.customer.name).toBe('Kim');
  expect(made?.clocks[0]?.due).toBe('2026-11-29T10:05:00Z');
  expect(ask).toBe(true);
});

it('leaves the bot’s conversations to those who watch', () => {
  const created = [
    event('conversation.created', { customer: item().customer }),
    event('message.created', message(1)),
  ];
  expect(after(undefined, created).item).toBeUndefined();
  expect(after(undefined, created, supervisor).item).toMatchObject({ owner: 'bot', last_seq: 1 });
});

it('asks for a conversation that becomes this agent’s, and not for another’s', () => {
  const mine = event('handoff.accepted', { agent: { id: 'ana', name: 'Ana' } });
  const theirs = event('handoff.accepted', { agent: { id: 'ben', name: 'Ben' } });
  expect(after(undefined, [mine])).toEqual({ item: undefined, ask: true });
  expect(after(undefined, [theirs])).toEqual({ item: undefined, ask: false });
  expect(after(item(), [mine]).item).toMatchObject({ owner: 'agent', queue: null });
  expect(after(item(), [theirs]).item).toBeUndefined();
});

it('follows an offer to its end', () => {
  const offered = event('handoff.offered', {
    agent: { id: 'ana', name: 'Ana' },
    until: '2026-11-29T10:00:30Z',
  });
  const made = after(item(), [offered]).item;
  const now = Date.parse(AT);
  expect(made && offeredUntil(made, 'ana', now)).toBe(now + 30_000);
  expect(made && offeredUntil(made, 'ben', now)).toBeUndefined();
  expect(made && offeredUntil(made, 'ana', now + 30_000)).toBeUndefined();
  expect(after(made, [event('handoff.declined')]).item?.offer).toBeNull();
});

it('takes a repeated message once, and system lines for no words', () => {
  const first = after(item(), [event('message.created', message(3, 'customer', 'x'.repeat(200)))]).item;
  expect(first?.last_seq).toBe(3);
  expect(first?.last_message?.text).toHaveLength(140);
  const again = after(first, [event('message.created', message(3, 'customer', 'other'))]);
  expect(again.item).toBe(first);
  const system = after(first, [event('message.created', message(4, 'system', 'Ana has joined'))]).item;
  expect(system).toMatchObject({ last_seq: 4, last_message: first?.last_message });
});

it('drops what is resolved or back with the bot', () => {
  expect(after(item(), [event('conversation.resolved')]).item).toBeUndefined();
  expect(after(item(), [event('handoff.ended')]).item).toBeUndefined();
  expect(after(item(), [event('handoff.ended')], supervisor).item).toMatchObject({ owner: 'bot' });
});

it('keeps what a conversation does not tell', () => {
  const before = item({
    last_message: { from: 'customer', text: 'Hi', at: AT },
    language: 'en',
    last_seq: 9,
  });
  const view = {
    ...item({ owner: 'agent' }),
    version: 3,
    epoch: 1,
    last_seq: 8,
  };
  const made = itemOf(view as unknown as Parameters<typeof itemOf>[0], before);
  expect(made).toMatchObject({ owner: 'agent', last_seq: 9, language: 'en' });
  expect(made.last_message?.text).toBe('Hi');
});

it('sorts: urgent before old, put off last, newest change first', () => {
  const list = (...all: Item[]): Items => new Map(all.map((one) => [one.id, one]));
  const queue = list(
    item({ id: 'a', since: '2026-11-29T09:00:00Z' }),
    item({ id: 'b', since: '2026-11-29T08:00:00Z' }),
    item({ id: 'c', priority: 'urgent' }),
  );
  expect(waiting(queue).map((one) => one.id)).toEqual(['c', 'b', 'a']);
  const ana = { id: 'ana', name: 'Ana' };
  const mine = list(
    item({ id: 'a', owner: 'agent', agent: ana, snoozed_until: AT }),
    item({ id: 'b', owner: 'agent', agent: ana, since: '2026-11-29T08:00:00Z' }),
    item({ id: 'c', owner: 'agent', agent: ana, since: '2026-11-29T09:00:00Z' }),
    item({ id: 'd', owner: 'bot' }),
  );
  expect(held(mine, 'ana').map((one) => one.id)).toEqual(['c', 'b', 'a']);
  expect(others(mine, 'ana').map((one) => one.id)).toEqual(['d']);
});

it('finds by customer, queue and words', () => {
  const all = [item({ id: 'a' }), item({ id: 'b', customer: { id: '', name: 'Łukasz', verified: false } })];
  expect(found(all, ' łuk ').map((one) => one.id)).toEqual(['b']);
  expect(found(all, 'CARE')).toHaveLength(2);
  expect(found(all, '')).toBe(all);
});
