// The sentences before the switch is thrown.

import { describe, expect, it } from 'vitest';
import { effect } from './effect';

const on = { enabled: true, intents_off: [] };
const off = { enabled: false, intents_off: [] };

describe('what the switch will do', () => {
  it('says who is touched when the bot goes off', () => {
    const said = effect(on, off, { bot: 3, queue: 1 });
    expect(said[1]).toBe(
      '3 open conversations are with the bot now; each goes to people when its customer writes next, or when what it waits for comes back.',
    );
    expect(said[2]).toBe('1 customer waits in the queues already.');
    expect(effect(on, off, { bot: 0, queue: 0 })).toContain('No open conversation is with the bot now.');
    expect(effect(on, off, undefined)).toHaveLength(2);
  });

  it('says what stays off when it comes back', () => {
    expect(effect(off, { enabled: true, intents_off: ['refund_status'] }, undefined)[0]).toBe(
      'From the next message on, the bot answers again, except for “refund status”.',
    );
  });

  it('names the intents that change, and nothing where none does', () => {
    const said = effect(on, { enabled: true, intents_off: ['a_b', 'c'] }, undefined);
    expect(said[0]).toContain('does not act on “a b” and “c”');
    expect(effect({ enabled: true, intents_off: ['c'] }, on, undefined)).toEqual([
      'From the next message on, the bot answers “c” again.',
    ]);
    expect(effect(on, on, undefined)).toEqual([]);
  });
});
