// Who is told of what.
import { expect, it } from 'vitest';
import type { EventData, Kind, LiveEvent } from '../../live/events';
import type { Item } from './items';
import { noticeOf } from './notices';

const AT = '2026-11-29T10:00:00Z';
const mine: Item = {
  id: 'c1',
  status: 'open',
  owner: 'agent',
  agent: { id: 'ana', name: 'Ana' },
  customer: { id: '', name: 'Kim', verified: false },
  created_at: AT,
  updated_at: AT,
  last_seq: 1,
  clocks: [],
};
const event = (kind: Kind, data: EventData): LiveEvent => ({
  kind,
  position: 1,
  data: { conversation_id: 'c1', ...data },
});
const said = (kind: string) =>
  event('message.created', { message: { id: 'm', seq: 2, from: { kind }, text: 'Hello?', at: AT } });

it('tells of customers’ words in one’s own conversations, unless one looks at them', () => {
  expect(noticeOf(said('customer'), mine, 'ana', undefined)).toMatchObject({ title: 'Kim has written' });
  expect(noticeOf(said('customer'), mine, 'ana', 'c1')).toBeUndefined();
  expect(noticeOf(said('customer'), mine, 'ben', undefined)).toBeUndefined();
  expect(noticeOf(said('bot'), mine, 'ana', undefined)).toBeUndefined();
});

it('tells of offers to oneself', () => {
  const offered = event('handoff.offered', { agent: { id: 'ana', name: 'Ana' }, until: AT });
  expect(noticeOf(offered, undefined, 'ana', 'c1')?.conversation).toBe('c1');
  expect(noticeOf(offered, undefined, 'ben', undefined)).toBeUndefined();
});
