// The desk's state: conversations by id, kept up by the stream; chats that are open; what is unread; what is to be sent.
import { batch, computed, signal } from '@preact/signals';
import { get, post } from '../../api/client';
import { newKey } from '../../api/key';
import { asProblem, type Problem } from '../../api/problem';
import { kept, recall, remember, rememberedNames } from '../../app/kept';
import { may, me } from '../../app/session';
import type { LiveEvent } from '../../live/events';
import { generation, subscribe } from '../../live/feed';
import { Asking } from './asking';
import { Chat } from './chat';
import { applied, concerns, held, type Item, type Items, isMine, itemOf, others, waiting } from './items';
import { Outbox, type Row, readRows } from './outbox';

export type ListName = 'mine' | 'waiting' | 'others';

export const items = signal<Items>(new Map());
export const loaded = signal(false);
export const problem = signal<Problem | undefined>(undefined);
export const list = kept<ListName>('desk.list', 'mine', ['mine', 'waiting', 'others']);
export const filter = signal('');
/** Messages of customers that this browser has not shown, by conversation. */
export const unread = signal<Readonly<Record<string, number>>>({});
/** The conversation in front. */
export const open = signal<string | undefined>(undefined);

export const mine = computed(() => held(items.value, me()));
export const inLine = computed(() => waiting(items.value));
export const rest = computed(() => (may('supervise') ? others(items.value, me()) : []));
export const offers = computed(() => inLine.value.filter((item) => item.offer?.agent.id === me()));

const chats = new Map<string, Chat>();
const CHATS_MAX = 24;

export const outbox = new Outbox({
  deliver,
  // Several agents may share a browser: each has their own.
  keep: (rows) => remember(`outbox.${me()}`, rows.length === 0 ? null : JSON.stringify(rows)),
  recall: () => readRows(recall(`outbox.${me()}`)),
  now: () => Date.now(),
  newKey,
  later: (milliseconds, run) => setTimeout(run, milliseconds),
});

function scope() {
  return { me: me(), all: may('supervise') };
}

/** A chat stays loaded for as long as it is among the newest, so that going back to it takes no time. */
export function chatOf(id: string): Chat {
  const known = chats.get(id);
  const chat = known ?? new Chat(id);
  chats.delete(id);
  chats.set(id, chat);
  if (!known) void chat.load();
  const oldest = chats.keys().next().value;
  if (chats.size > CHATS_MAX && oldest !== undefined) chats.delete(oldest);
  return chat;
}

async function deliver(row: Row): Promise<void> {
  const path = { id: row.conversation };
  const chat = chats.get(row.conversation);
  // The outbox counts the tries, so that what it shows is what happens.
  const how = { path, idempotencyKey: row.key, tries: 1 };
  if (row.kind === 'note') {
    const body = { text: row.text, ...(row.whisper ? { whisper: true } : {}) };
    chat?.addNote(await post('/v1/conversations/{id}/notes', { ...how, body }));
    return;
  }
  const suggestion = row.suggestion === undefined ? {} : { suggestion: row.suggestion };
  const turn = await post('/v1/conversations/{id}/messages', {
    ...how,
    body: { text: row.text, from: 'agent', ...suggestion },
  });
  chat?.add([...(turn.message ? [turn.message] : []), ...turn.replies].sort((a, b) => a.seq - b.seq));
}

/** What came while the newest reading of the lists goes on: applied to them at its end, since a page may be older. */
let meanwhile: LiveEvent[] | undefined;

/** Reads all lists anew. Of several readings at once the one begun last holds. */
export async function load(): Promise<void> {
  const found = new Map<string, Item>();
  const missed: LiveEvent[] = [];
  meanwhile = missed;
  try {
    if (may('supervise')) await readAll(found, {});
    else {
      await Promise.all([
        readAll(found, { owner: 'queue' }),
        readAll(found, { owner: 'agent', agent: 'me' }),
      ]);
    }
  } catch (error) {
    if (meanwhile !== missed) return;
    meanwhile = undefined;
    problem.value = asProblem(error);
    return;
  }
  if (meanwhile !== missed) return;
  meanwhile = undefined;
  batch(() => {
    problem.value = undefined;
    items.value = found;
    loaded.value = true;
    take(missed);
    countUnread();
  });
  forgetSeen();
  // A conversation that moved between two pages may be on neither.
  for (const event of missed) {
    const id = event.data.conversation_id;
    if (id !== undefined && !found.has(id)) asking.ask(id);
  }
}

async function readAll(found: Map<string, Item>, query: { owner?: string; agent?: string }): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await get('/v1/conversations', { query: { status: 'open', limit: 200, cursor, ...query } });
    for (const item of page.data) found.set(item.id, item);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

const asking = new Asking(async (id) => {
  const view = await get('/v1/conversations/{id}', { path: { id } });
  const next = new Map(items.value);
  const item = itemOf(view, next.get(id));
  if (concerns(item, scope())) next.set(id, item);
  else next.delete(id);
  items.value = next;
});

let heard: LiveEvent[] = [];
let frame: ReturnType<typeof setTimeout> | undefined;

/** Events are applied a frame at a time: a burst costs one sort and one drawing. */
function hear(event: LiveEvent): void {
  const id = event.data.conversation_id;
  if (id === undefined) return;
  chats.get(id)?.hear(event);
  if (event.kind === 'typing' || event.kind === 'read') return;
  heard.push(event);
  if (frame === undefined) frame = setTimeout(apply, 30);
}

function apply(): void {
  const events = heard;
  heard = [];
  frame = undefined;
  meanwhile?.push(...events);
  take(events);
  batch(() => {
    for (const event of events) countNew(event);
  });
}

function take(events: readonly LiveEvent[]): void {
  const next = new Map(items.value);
  const at = new Date().toISOString();
  for (const event of events) {
    const id = event.data.conversation_id ?? '';
    const { item, ask } = applied(next.get(id), event, scope(), at);
    if (item) next.set(id, item);
    else next.delete(id);
    if (ask) asking.ask(id);
  }
  items.value = next;
}

function countNew(event: LiveEvent): void {
  const id = event.data.conversation_id ?? '';
  const item = items.value.get(id);
  if (event.data.message?.from.kind !== 'customer' || !item || !isMine(item, me())) return;
  if (open.value === id && document.visibilityState === 'visible') return;
  unread.value = { ...unread.value, [id]: (unread.value[id] ?? 0) + 1 };
}

/** After a start only what was shown last is known, and not how much came since: it counts as one. */
function countUnread(): void {
  const counts: Record<string, number> = {};
  for (const item of mine.value) {
    const news = item.last_message?.from === 'customer' && item.last_seq > seen(item.id);
    if (news && open.value !== item.id) counts[item.id] = Math.max(1, unread.value[item.id] ?? 0);
  }
  unread.value = counts;
}

/** What is over leaves no trace in the browser. */
function forgetSeen(): void {
  for (const name of rememberedNames('seen.')) {
    if (!items.value.has(name.slice('seen.'.length))) remember(name, null);
  }
}

function seen(id: string): number {
  return Number(recall(`seen.${id}`) ?? 0);
}

/** What is in front has been read up to `seq`; the customer is told where this agent holds it. */
export function markRead(id: string, seq: number): void {
  if (unread.value[id]) unread.value = { ...unread.value, [id]: 0 };
  if (seq <= seen(id)) return;
  remember(`seen.${id}`, String(seq));
  const item = items.value.get(id);
  if (!item || !isMine(item, me())) return;
  // A signal is not kept by the engine either: one that gets lost is made good by the next.
  post('/v1/conversations/{id}/signals', { path: { id }, body: { read_seq: seq }, tries: 1 }).catch(() => {});
}

export function startDesk(): () => void {
  outbox.start();
  // Lists are read behind the stream's beginning, so that nothing falls between; without a stream they are read all the same.
  const late = setTimeout(() => {
    if (!loaded.value) void load();
  }, 3_000);
  const leave = [subscribe(hear), generation.subscribe((count) => void (count > 0 && renew()))];
  return () => {
    clearTimeout(late);
    for (const end of leave) end();
    chats.clear();
  };
}

async function renew(): Promise<void> {
  await load();
  for (const chat of chats.values()) void chat.load();
}
