// Nothing sent is lost or doubled: one key for all tries, in order, kept over a reload.
import { beforeEach, expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { type Carrier, Outbox, type Row, readRows } from './outbox';

let delivered: Row[];
let answers: (Error | undefined)[];
let timers: (() => void)[];
let stored: string | null;
let clock: number;

function carrier(): Carrier {
  let keys = 0;
  return {
    deliver: async (row) => {
      delivered.push(row);
      const answer = answers.shift();
      if (answer) throw answer;
    },
    keep: (rows) => {
      stored = JSON.stringify(rows);
    },
    recall: () => readRows(stored),
    now: () => clock,
    newKey: () => {
      keys += 1;
      return `key${keys}`;
    },
    later: (_, run) => timers.push(run),
  };
}

const away = () => new Problem(0, 'unreachable', 'away');
const settle = async () => {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
};
const say = (text: string) => ({ conversation: 'c', kind: 'message' as const, text, behind: 1 });

beforeEach(() => {
  delivered = [];
  answers = [];
  timers = [];
  stored = null;
  clock = Date.parse('2026-11-29T10:00:00Z');
});

it('tries again under the same key, and then is done', async () => {
  const outbox = new Outbox(carrier());
  answers = [away(), undefined];
  outbox.send(say('one'));
  await settle();
  expect(outbox.rows.value[0]?.state).toBe('waiting');
  timers.shift()?.();
  await settle();
  expect(delivered.map((row) => row.key)).toEqual(['key1', 'key1']);
  expect(outbox.rows.value).toEqual([]);
  expect(stored).toBe('[]');
});

it('keeps the order of one conversation', async () => {
  const outbox = new Outbox(carrier());
  answers = [away()];
  outbox.send(say('one'));
  outbox.send(say('two'));
  await settle();
  expect(delivered.map((row) => row.text)).toEqual(['one']);
  outbox.hurry();
  await settle();
  expect(delivered.map((row) => row.text)).toEqual(['one', 'one', 'two']);
});

it('shows what is refused as failed, and goes on with the next', async () => {
  const outbox = new Outbox(carrier());
  answers = [new Problem(409, 'not_yours', 'Ben holds it')];
  outbox.send(say('one'));
  outbox.send(say('two'));
  await settle();
  expect(outbox.rows.value).toMatchObject([{ text: 'one', state: 'failed', problem: 'Ben holds it' }]);
  outbox.retry('key1');
  await settle();
  expect(delivered.map((row) => row.key)).toEqual(['key1', 'key2', 'key1']);
  expect(outbox.rows.value).toEqual([]);
});

it('gives up after some tries, until told to go on', async () => {
  const outbox = new Outbox(carrier());
  answers = Array.from({ length: 8 }, away);
  outbox.send(say('one'));
  for (let turn = 0; turn < 8; turn += 1) {
    await settle();
    timers.shift()?.();
  }
  await settle();
  expect(outbox.rows.value[0]?.state).toBe('failed');
  expect(delivered).toHaveLength(8);
});

it('goes on after a reload, but not under a key that the engine has forgotten', async () => {
  answers = [away()];
  new Outbox(carrier()).send(say('one'));
  await settle();
  const second = new Outbox(carrier());
  answers = [away()];
  second.start();
  await settle();
  expect(delivered.map((row) => row.key)).toEqual(['key1', 'key1']);
  clock += 24 * 3_600_000;
  const third = new Outbox({ ...carrier(), newKey: () => 'fresh' });
  third.start();
  await settle();
  expect(third.rows.value[0]?.state).toBe('failed');
  expect(delivered).toHaveLength(2);
  third.retry('key1');
  await settle();
  expect(delivered.at(-1)?.key).toBe('fresh');
});

it('gives a dropped text back, and reads no nonsense', () => {
  const outbox = new Outbox(carrier());
  answers = [new Problem(422, 'text', 'no')];
  outbox.send(say('one'));
  expect(outbox.drop('key1')).toBe('one');
  expect(readRows('nonsense')).toEqual([]);
  expect(readRows('[{"key":1}]')).toEqual([]);
});
