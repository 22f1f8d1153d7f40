// How the conversation on the screen follows from what happens: every message once, in order, by whichever way it comes.

import { describe, expect, test } from 'vitest';

import { NOTHING, type Pending } from './memory';
import { type Fact, newest, quickReplies, reduce, START, type State, unread } from './state';
import { turn } from './wire';

function said(seq: number, from: string, text: string, more: object = {}): object {
  return { id: `m${seq.toString()}`, seq, from, text, at: '2026-11-29T10:00:00Z', ...more };
}

function event(type: string, data: object): Fact {
  return { is: 'event', event: { type, data } };
}

const created = (message: object): Fact => event('message.created', { message });

function pending(key: string, text: string, more: Partial<Pending> = {}): Pending {
  return { key, text, at: 0, attempts: 1, after: 0, problem: '', ...more };
}

const kept = (...items: Pending[]): Fact => ({ is: 'kept', kept: { ...NOTHING, pending: items } });

const all = (...facts: Fact[]): State => facts.reduce(reduce, START);

const texts = (state: State): string[] => state.messages.map(({ text }) => text);

const ANSWER = turn({
  action: 'answer',
  message: said(1, 'customer', 'hello'),
  replies: [said(2, 'bot', 'hi', { buttons: ['yes', 'no'] })],
});

describe('messages', () => {
  test('come by the answer and by the stream, in any order, and are there once', () => {
    const answered: Fact = { is: 'answered', key: 'k', turn: ANSWER };
    const own = created(said(1, 'customer', 'hello'));
    const reply = created(said(2, 'bot', 'hi', { buttons: ['yes', 'no'] }));
    for (const facts of [
      [answered, own, reply],
      [own, answered, reply],
      [own, reply, answered],
      [reply, own, answered],
    ]) {
      const state = all(kept(pending('k', 'hello')), ...facts);
      expect(texts(state)).toEqual(['hello', 'hi']);
      expect(state.pending).toEqual([]);
      expect(state.held).toEqual([]);
      expect(state.messages[0]?.key).toBe('k');
    }
  });

  test('one that may be on its way is not shown beside itself, and neither lost', () => {
    const own = created(said(4, 'customer', 'masked'));
    const waiting = all(kept(pending('k', '4111', { after: 3 })), own);
    expect(texts(waiting)).toEqual([]);
    expect(waiting.held).toHaveLength(1);
    // The attempt was refused after all: what came was another's.
    const refused = reduce(waiting, kept(pending('k', '4111', { after: 3, problem: 'no' })));
    expect(texts(refused)).toEqual(['masked']);
  });

  test('the history is shown while something is on its way', () => {
    const state = all(
      kept(pending('k', 'new', { after: 2 })),
      created(said(1, 'customer', 'old')),
      created(said(2, 'bot', 'answer')),
    );
    expect(texts(state)).toEqual(['old', 'answer']);
  });

  test('what was not tried yet holds nothing back', () => {
    const state = all(kept(pending('k', 'new', { attempts: 0 })), created(said(1, 'customer', 'other tab')));
    expect(texts(state)).toEqual(['other tab']);
  });

  test('are in order of `seq`, and broken ones are passed over', () => {
    const state = all(
      created(said(3, 'agent', 'c', { agent: { name: 'Ana' } })),
      created(said(1, 'bot', 'a')),
      created({ id: 'x', seq: '2', from: 'bot' }),
      created(said(2, 'nobody', 'b')),
      event('message.created', {}),
      event('something.new', {}),
    );
    expect(texts(state)).toEqual(['a', 'c']);
    expect(state.messages[1]?.author).toBe('Ana');
    expect(newest(state)).toBe(3);
  });

  test('of an article carry it, and of nothing else', () => {
    const source = { kind: 'article', article: 'delivery-times', passage: 'uk' };
    const state = all(
      created(said(1, 'bot', 'a', { source })),
      created(said(2, 'bot', 'b', { source: { kind: 'canned_response', id: 'x' } })),
    );
    expect(state.messages.map(({ citation }) => citation?.article)).toEqual(['delivery-times', undefined]);
  });
});

describe('who has the conversation', () => {
  test('follows the events, over to a person, back, and through a reopening', () => {
    const ana = { agent: { name: 'Ana' } };
    let state = all(event('handoff.requested', {}));
    expect(state.owner).toBe('queue');
    state = reduce(state, event('handoff.accepted', ana));
    expect([state.owner, state.agent]).toEqual(['agent', 'Ana']);
    state = reduce(state, event('typing', { from: 'agent', ...ana, typing: true }));
    expect(state.typing).toBe('Ana');
    state = reduce(state, { is: 'quiet' });
    expect(state.typing).toBe('');
    state = reduce(state, event('handoff.released', ana));
    expect([state.owner, state.agent]).toEqual(['queue', '']);
    state = reduce(state, event('handoff.accepted', ana));
    state = reduce(state, event('conversation.resolved', {}));
    expect([state.owner, state.resolved]).toEqual(['bot', true]);
    state = reduce(state, event('conversation.reopened', {}));
    expect([state.owner, state.resolved]).toEqual(['bot', false]);
  });

  test("the customer's own signals are not shown to them", () => {
    const state = all(
      event('typing', { from: 'customer', typing: true }),
      event('read', { from: 'customer', seq: 5 }),
    );
    expect([state.typing, state.seen]).toEqual(['', 0]);
    expect(all(event('read', { from: 'agent', seq: 5 })).seen).toBe(5);
  });
});

describe('what is drawn from it', () => {
  test('the bot thinks from the sending to its word, and longer for a lookup', () => {
    const sending = all({ is: 'sending', sending: true });
    expect(sending.thinking).toBe(true);
    expect(reduce(sending, { is: 'answered', key: 'k', turn: ANSWER }).thinking).toBe(false);
    const wait = turn({ action: 'wait', replies: [] });
    const waiting = reduce(sending, { is: 'answered', key: 'k', turn: wait });
    expect(waiting.thinking).toBe(true);
    expect(reduce(waiting, created(said(2, 'bot', 'found'))).thinking).toBe(false);
    expect(reduce(sending, { is: 'sending', sending: false }).thinking).toBe(false);
    expect(all(event('handoff.accepted', {}), { is: 'sending', sending: true }).thinking).toBe(false);
  });

  test('answers to tap go with the last word, and while one is under way', () => {
    const asked = all(created(said(1, 'bot', 'which?', { buttons: ['a', 'b'] })));
    expect(quickReplies(asked)).toEqual(['a', 'b']);
    expect(quickReplies(reduce(asked, kept(pending('k', 'a', { after: 1 }))))).toEqual([]);
    expect(quickReplies(reduce(asked, created(said(2, 'customer', 'a'))))).toEqual([]);
  });

  test('what others said since the last look is unread', () => {
    const state = all(
      created(said(1, 'customer', 'a')),
      created(said(2, 'bot', 'b')),
      created(said(3, 'agent', 'c')),
    );
    expect(unread(state)).toBe(2);
    expect(unread(reduce(state, { is: 'kept', kept: { ...NOTHING, read: 2 } }))).toBe(1);
  });

  test('a new conversation begins with nothing but what is still to be sent', () => {
    const state = all(
      kept(pending('k', 'hello', { attempts: 0 })),
      event('handoff.requested', {}),
      created(said(1, 'bot', 'b')),
      { is: 'anew' },
    );
    expect(state).toEqual({ ...START, pending: [pending('k', 'hello', { attempts: 0 })] });
  });
});
