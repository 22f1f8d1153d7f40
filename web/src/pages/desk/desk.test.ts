// The desk's lists are right whatever comes while they are read, and however much comes at once.
import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { session } from '../../app/session';
import type { LiveEvent } from '../../live/events';
import { inLine, items, loaded, mine, startDesk, unread } from './desk';
import type { Item } from './items';

const AT = '2026-11-29T10:00:00Z';
const feed = vi.hoisted(() => ({ say: (_: unknown) => {}, generation: undefined as unknown }));

vi.mock('../../live/feed', () => {
  feed.generation = signal(0);
  return {
    generation: feed.generation,
    connection: signal('open'),
    subscribe: (listener: (event: unknown) => void) => {
      feed.say = listener;
      return () => {};
    },
    startFeed: () => {},
    stopFeed: () => {},
  };
});

function waitingItem(id: string, part: Partial<Item> = {}): Item {
  return {
    id,
    status: 'open',
    owner: 'queue',
    queue: 'care',
    priority: 'normal',
    customer: { id: '', name: id, verified: false },
    created_at: AT,
    updated_at: AT,
    since: AT,
    last_seq: 1,
    clocks: [],
    ...part,
  };
}

const event = (kind: LiveEvent['kind'], id: string, data: LiveEvent['data'] = {}): LiveEvent => ({
  kind,
  position: 1,
  data: { conversation_id: id, ...data },
});
const said = (id: string, seq: number) =>
  event('message.created', id, {
    message: { id: `${id}_${seq}`, seq, from: { kind: 'customer' }, text: `${seq}`, at: AT },
  });

let queue: Item[];
let held: Item[];
let asked: string[];
let whileReading: () => void;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  [queue, held, asked] = [[], [], []];
  whileReading = () => {};
  session.value = {
    login: 'ana',
    name: 'Ana',
    role: 'agent',
    agent: { id: 'ana', name: 'Ana' },
    csrf_token: 't',
    expires_at: AT,
    oidc: false,
  };
  vi.stubGlobal('fetch', async (address: string) => {
    const url = new URL(address, 'http://localhost');
    if (url.pathname !== '/v1/conversations') {
      asked.push(url.pathname);
      return new Response('{"code":"not_found","detail":"gone"}', { status: 404 });
    }
    const all = url.searchParams.get('owner') === 'queue' ? queue : held;
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + 200 < all.length ? { next_cursor: String(from + 200) } : {};
    const body = JSON.stringify({ data: all.slice(from, from + 200), ...next });
    whileReading();
    await new Promise((done) => setTimeout(done, 100));
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  loaded.value = false;
  items.value = new Map();
  end = startDesk();
});
afterEach(() => {
  end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function begin(): Promise<void> {
  (feed.generation as { value: number }).value += 1;
  await vi.advanceTimersByTimeAsync(3_000);
}

it('applies what came while the lists were read to what they said before it', async () => {
  queue = [waitingItem('a'), waitingItem('b')];
  let told = false;
  whileReading = () => {
    if (told) return;
    told = true;
    feed.say(event('handoff.accepted', 'a', { agent: { id: 'ben', name: 'Ben' } }));
    feed.say(said('b', 2));
  };
  await begin();
  expect(inLine.value.map((item) => [item.id, item.last_seq])).toEqual([['b', 2]]);
});

it('asks for what is on no page although the stream spoke of it', async () => {
  whileReading = () => feed.say(said('moved', 2));
  await begin();
  expect(asked).toContain('/v1/conversations/moved');
});

it('drops no update of 2,000 conversations', async () => {
  queue = Array.from({ length: 2_000 }, (_, at) => waitingItem(`c${at}`));
  await begin();
  expect(inLine.value).toHaveLength(2_000);
  for (let seq = 2; seq <= 4; seq += 1) {
    for (let at = 0; at < 2_000; at += 1) feed.say(said(`c${at}`, seq));
    await vi.advanceTimersByTimeAsync(7);
  }
  await vi.advanceTimersByTimeAsync(100);
  expect(inLine.value.every((item) => item.last_seq === 4)).toBe(true);
  expect(asked).toEqual([]);
});

it('counts what is unread in one’s own conversations', async () => {
  const agent = { id: 'ana', name: 'Ana' };
  const words = { from: 'customer', text: 'Hello?', at: AT };
  held = [waitingItem('m', { owner: 'agent', agent, last_message: words, last_seq: 3 })];
  queue = [waitingItem('q')];
  await begin();
  expect(mine.value.map((item) => item.id)).toEqual(['m']);
  expect(unread.value).toEqual({ m: 1 });
  feed.say(said('m', 4));
  feed.say(said('q', 2));
  await vi.advanceTimersByTimeAsync(100);
  expect(unread.value).toEqual({ m: 2 });
});
