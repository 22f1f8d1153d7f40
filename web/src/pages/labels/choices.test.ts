// The order of intents beside a doubt, and its keys.

import { describe, expect, it } from 'vitest';
import { choices, deed } from './choices';

const KNOWN = ['track_order', 'refund_status', 'cancel_order', 'order_issue', 'greeting'];

describe('choices', () => {
  it('have the likely ones first, each once, and digits for the first nine', () => {
    const offered = choices(KNOWN, ['order_issue', 'order_issue', 'unheard_of'], '');
    expect(offered.map((choice) => choice.intent)).toEqual([
      'order_issue',
      'cancel_order',
      'greeting',
      'refund_status',
      'track_order',
    ]);
    expect(offered.map((choice) => choice.digit)).toEqual([1, 2, 3, 4, 5]);
  });

  it('narrow by words, names that begin so first, and without digits', () => {
    const offered = choices(KNOWN, [], 'order');
    expect(offered.map((choice) => choice.intent)).toEqual(['order_issue', 'cancel_order', 'track_order']);
    expect(offered.every((choice) => choice.digit === 0)).toBe(true);
    expect(choices(KNOWN, [], 'ord iss').map((choice) => choice.intent)).toEqual(['order_issue']);
    expect(choices(KNOWN, [], 'order_i').map((choice) => choice.intent)).toEqual(['order_issue']);
  });
});

describe('keys', () => {
  const offered = choices(KNOWN, ['track_order'], '');

  it('give by digit while nothing is typed, and by Enter', () => {
    expect(deed('1', '', offered, 3)).toEqual({ do: 'give', intent: 'track_order' });
    expect(deed('9', '', offered, 3)).toBeUndefined();
    expect(deed('1', 'top 1', offered, 3)).toBeUndefined();
    expect(deed('Enter', '', offered, 1)).toEqual({ do: 'give', intent: 'cancel_order' });
    expect(deed('Enter', 'zzz', [], 0)).toBeUndefined();
  });

  it('mark within the list, move on and clear', () => {
    expect(deed('ArrowDown', '', offered, 4)).toEqual({ do: 'mark', at: 4 });
    expect(deed('ArrowUp', '', offered, 0)).toEqual({ do: 'mark', at: 0 });
    expect(deed('PageDown', '', offered, 0)).toEqual({ do: 'move', by: 1 });
    expect(deed('Escape', 'ord', offered, 0)).toEqual({ do: 'clear' });
    expect(deed('a', '', offered, 0)).toBeUndefined();
  });
});
