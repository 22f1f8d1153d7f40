// One conversation's lines in the order they are read: messages, private notes, and what is still on its way. Pure.
import type { MessageView, NoteView } from '../../api/types';
import type { Row } from './outbox';

export type Entry =
  | { kind: 'message'; key: string; at: string; message: MessageView }
  | { kind: 'note'; key: string; at: string; note: NoteView }
  | { kind: 'pending'; key: string; at: string; row: Row }
  | { kind: 'day'; key: string; at: string };

/** Both lists as one, each message once, by `seq`. */
export function merged(old: readonly MessageView[], fresh: readonly MessageView[]): readonly MessageView[] {
  const newest = old.at(-1)?.seq ?? 0;
  if (fresh.every((message) => message.seq > newest) && isRising(fresh)) return [...old, ...fresh];
  const bySeq = new Map([...old, ...fresh].map((message) => [message.seq, message]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

function isRising(messages: readonly MessageView[]): boolean {
  return messages.every((message, at) => at === 0 || message.seq > (messages[at - 1]?.seq ?? 0));
}

/** The `seq` behind which a message is missing; numbers have no gaps, so a gap is something not yet heard. */
export function gapAfter(messages: readonly MessageView[]): number | undefined {
  let expected = 1;
  for (const message of messages) {
    if (message.seq !== expected) return expected - 1;
    expected += 1;
  }
  return undefined;
}

export function mergedNotes(old: readonly NoteView[], fresh: readonly NoteView[]): readonly NoteView[] {
  const byId = new Map([...old, ...fresh].map((note) => [note.id, note]));
  return [...byId.values()].sort((a, b) => a.at.localeCompare(b.at));
}

/**
 * Rows whose message or note has come by the stream already, ahead of the answer to the request, are left out: each
 * line that came stands for one row at most.
 */
export function stillPending(
  rows: readonly Row[],
  messages: readonly MessageView[],
  notes: readonly NoteView[],
  me: string,
): Row[] {
  const taken = new Set<string>();
  return rows.filter((row) => {
    const match =
      row.kind === 'message'
        ? messages.find(
            (one) =>
              one.seq > row.behind &&
              one.agent?.id === me &&
              one.text === row.text.trim() &&
              !taken.has(one.id),
          )
        : notes.find(
            (one) =>
              one.at >= row.at && one.agent.id === me && one.text === row.text.trim() && !taken.has(one.id),
          );
    if (match) taken.add(match.id);
    return !match;
  });
}

/** In time's order, with a mark where a day begins. What is on its way stands at the end. */
export function entriesOf(
  messages: readonly MessageView[],
  notes: readonly NoteView[],
  pending: readonly Row[],
): Entry[] {
  const entries: Entry[] = [];
  let day = '';
  const add = (entry: Entry) => {
    const today = new Date(entry.at).toDateString();
    if (today !== day) entries.push({ kind: 'day', key: `day-${today}`, at: entry.at });
    day = today;
    entries.push(entry);
  };
  let next = 0;
  const addNotes = (before: string | undefined) => {
    for (; next < notes.length; next += 1) {
      const note = notes[next];
      if (!note || (before !== undefined && Date.parse(note.at) >= Date.parse(before))) return;
      add({ kind: 'note', key: note.id, at: note.at, note });
    }
  };
  for (const message of messages) {
    addNotes(message.at);
    add({ kind: 'message', key: message.id, at: message.at, message });
  }
  addNotes(undefined);
  for (const row of pending) add({ kind: 'pending', key: row.key, at: row.at, row });
  return entries;
}
