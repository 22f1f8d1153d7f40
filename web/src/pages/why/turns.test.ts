// What stands around the rules of a turn.

import { describe, expect, it } from 'vitest';
import type { MessageView, TraceView } from '../../api/types';
import { barsOf, cameIn, canBeOtherwise, chosen, labelled, wordsFrom } from './turns';

const message = (id: string, from: string, more: Partial<MessageView> = {}): MessageView => ({
  id,
  seq: 1,
  from,
  text: id,
  at: '2026-11-29T10:00:00Z',
  ...more,
});

function turn(version: number, more: Partial<TraceView> = {}): TraceView {
  return {
    version,
    epoch: 0,
    at: '2026-11-29T10:00:00Z',
    input: 'customer_message',
    action: 'answer',
    policy: 'p',
    rules: [],
    messages: [],
    ...more,
  };
}

const reading = { intents: [], entities: [], hits: [] };
const low = { rule: 'low_confidence', inputs: {}, fired: false };

describe('what came in', () => {
  it('names the agent, and the outcome of a task', () => {
    expect(cameIn(turn(1, { input: 'claim', agent: { id: 'ana', name: 'Ana' } }))).toBe(
      'Ana took the conversation.',
    );
    const result = { task: 't', outcome: 'not_found', fields: {}, problem: '' };
    expect(cameIn(turn(1, { input: 'lookup_done', result }))).toBe('A lookup came back: not found.');
    expect(cameIn(turn(1, { input: 'timer_fired', result: { ...result, outcome: 'fired' } }))).toBe(
      'A timer rang.',
    );
    expect(cameIn(turn(1, { input: 'dreamt_of' }))).toBe('The input was “dreamt of”.');
  });
});

describe('where words come from', () => {
  it('calls an article by its title where the search found it', () => {
    const source = { kind: 'article' as const, article: 'returns', passage: 'how' };
    const hit = {
      article: 'returns',
      passage: 'how',
      title: 'Returns',
      heading: 'How',
      text: '',
      audience: 'public',
      score: 0.7,
    };
    expect(wordsFrom(message('m', 'bot', { source }), [hit])).toBe(
      'Word for word from the article “Returns”, under “How”.',
    );
    expect(wordsFrom(message('m', 'bot', { source }), [])).toBe('Word for word from the article “returns”.');
  });
});

describe('the turn in question', () => {
  it('is the one asked for, else the newest that the bot decided, else the newest', () => {
    const turns = [turn(1), turn(2, { reading, rules: [low] }), turn(3)];
    expect(chosen(turns, 1)?.version).toBe(1);
    expect(chosen(turns, undefined)?.version).toBe(2);
    expect(chosen([turn(1), turn(2)], undefined)?.version).toBe(2);
    expect(chosen(turns, 9)).toBeUndefined();
  });

  it('can be otherwise only where the bot weighed what it read', () => {
    expect(canBeOtherwise(turn(1, { reading, rules: [low] }))).toBe(true);
    expect(canBeOtherwise(turn(1, { reading }))).toBe(false);
    const weighed = { ...low, inputs: { bar: 0.5, intents: [] } };
    expect(barsOf([weighed])).toEqual({ answer: 0.5, clarify: undefined });
  });

  it('is known by the bot’s answer, or by what the customer wrote', () => {
    expect(labelled({ messages: [message('c', 'customer'), message('b', 'bot')] })).toBe('b');
    expect(labelled({ messages: [message('c', 'customer')] })).toBe('c');
    expect(labelled({ messages: [message('s', 'system')] })).toBeUndefined();
  });
});
