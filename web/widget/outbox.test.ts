// The outbox: in order, with a key that stays until the server has answered, over reloads and in several tabs.

import { beforeEach, describe, expect, test } from 'vitest';

import { Memory, type Shelf } from './memory';
import { Outbox, TOO_OLD } from './outbox';

const HOUR = 3_600_000;

class Drawer implements Shelf {
  readonly items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
}

let drawer = new Drawer();
let keys = 0;
let now = 0;

function outbox(shelf: Shelf | undefined = drawer): Outbox {
  const newKey = (): string => {
    keys += 1;
    return `key${keys.toString()}`;
  };
  return new Outbox(new Memory(shelf, 'test'), newKey, () => now);
}

beforeEach(() => {
  drawer = new Drawer();
  keys = 0;
  now = 1_000;
});

describe('Outbox', () => {
  test('keeps order and keys over a reload, and counts attempts from what was known at the first', () => {
    const first = outbox();
    first.add('one');
    first.add('two');
    first.attempting('key1', 4);
    first.attempting('key1', 9);
    const second = outbox();
    expect(second.all().map(({ key, text }) => [key, text])).toEqual([
      ['key1', 'one'],
      ['key2', 'two'],
    ]);
    expect(second.head()).toMatchObject({ key: 'key1', attempts: 2, after: 4 });
    second.remove('key1');
    expect(first.head()).toMatchObject({ key: 'key2', attempts: 0 });
  });

  test('two tabs add to the same one', () => {
    const [left, right] = [outbox(), outbox()];
    left.add('left');
    right.add('right');
    expect(left.all().map(({ text }) => text)).toEqual(['left', 'right']);
  });

  test('what was refused stands aside, until it is sent as a new message', () => {
    const box = outbox();
    box.add('one');
    box.add('two');
    box.attempting('key1', 0);
    box.refused('key1', 'too long');
    expect(box.head()?.key).toBe('key2');
    box.retry('key1');
    expect(box.head()).toMatchObject({ key: 'key3', text: 'one', attempts: 0, problem: '' });
  });

  test('nothing is sent again unasked when the server may have forgotten its key', () => {
    const box = outbox();
    box.add('tried');
    box.add('never tried');
    box.attempting('key1', 0);
    now += 22 * HOUR;
    expect(box.head()?.key).toBe('key1');
    now += 2 * HOUR;
    expect(box.head()?.key).toBe('key2');
    expect(box.all()[0]?.problem).toBe(TOO_OLD);
  });

  test('works without a shelf, on a full one, and on one that holds nonsense', () => {
    const full: Shelf = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
    };
    for (const shelf of [undefined, full]) {
      const box = outbox(shelf);
      box.add('one');
      expect(box.head()?.text).toBe('one');
    }
    for (const nonsense of ['{', '[]', '{"pending":[{"key":1},7],"conversation":{"id":"x"}}']) {
      drawer.setItem('test', nonsense);
      expect(outbox().all()).toEqual([]);
      expect(new Memory(drawer, 'test').get().conversation).toBeUndefined();
    }
  });
});
