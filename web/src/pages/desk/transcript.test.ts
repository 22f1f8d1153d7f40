// Lines of one conversation: each once, in order, whatever way they came.
import { expect, it } from 'vitest';
import type { MessageView, NoteView } from '../../api/types';
import type { Row } from './outbox';
import { entriesOf, gapAfter, merged, mergedNotes, stillPending } from './transcript';

function message(seq: number, text = `t${seq}`, agent?: string): MessageView {
  const at = `2026-11-29T10:00:${String(seq).padStart(2, '0')}Z`;
  const by = agent ? { agent: { id: agent, name: agent } } : {};
  return { id: `m${seq}`, seq, from: agent ? 'agent' : 'customer', text, at, ...by };
}

function note(second: number, text = 'n'): NoteView {
  const at = `2026-11-29T10:00:${String(second).padStart(2, '0')}Z`;
  return { id: `n${second}`, agent: { id: 'ana', name: 'Ana' }, text, at, whisper: false };
}

function row(text: string, part: Partial<Row> = {}): Row {
  return {
    key: `k-${text}`,
    conversation: 'c',
    kind: 'message',
    text,
    at: '2026-11-29T10:00:30Z',
    behind: 2,
    state: 'sending',
    tries: 0,
    ...part,
  };
}

it('has each message once and in order, however it came', () => {
  const seqs = (list: readonly MessageView[]) => list.map((one) => one.seq);
  expect(seqs(merged([message(1), message(2)], [message(3)]))).toEqual([1, 2, 3]);
  expect(seqs(merged([message(1), message(3)], [message(2), message(3)]))).toEqual([1, 2, 3]);
  expect(seqs(merged([], [message(2), message(1)]))).toEqual([1, 2]);
});

it('sees where one is missing', () => {
  expect(gapAfter([message(1), message(2)])).toBeUndefined();
  expect(gapAfter([message(1), message(3)])).toBe(1);
  expect(gapAfter([message(4)])).toBe(0);
});

it('has each note once', () => {
  expect(mergedNotes([note(5)], [note(3), note(5)]).map((one) => one.id)).toEqual(['n3', 'n5']);
});

it('shows a line once while its answer is under way', () => {
  const rows = [row('same'), row('same', { key: 'k2' }), row('other')];
  const came = [message(2, 'same', 'ana'), message(3, 'same', 'ana'), message(4, 'other', 'ben')];
  expect(stillPending(rows, came, [], 'ana').map((one) => one.key)).toEqual(['k2', 'k-other']);
  const own = row('n', { kind: 'note' });
  expect(stillPending([own], [], [note(31)], 'ana')).toEqual([]);
  expect(stillPending([own], [], [note(29)], 'ana')).toEqual([own]);
});

it('puts notes between messages, rows last, and a mark where a day begins', () => {
  const entries = entriesOf([message(1), message(3)], [note(2), note(9)], [row('x')]);
  expect(entries.map((entry) => entry.kind)).toEqual([
    'day',
    'message',
    'note',
    'message',
    'note',
    'pending',
  ]);
});
