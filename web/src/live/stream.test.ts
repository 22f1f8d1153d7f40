// The stream resumes where it was, hands on nothing twice, and waits longer after each failure.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from './events';
import { backoff, type Connection, type Source, Stream } from './stream';

class Fake implements Source {
  static all: Fake[] = [];
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly url: string) {
    Fake.all.push(this);
  }
  addEventListener(kind: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(kind, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(kind: string, data: unknown, id = ''): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.listeners.get(kind)?.(new MessageEvent(kind, { data: text, lastEventId: id }));
  }
}

let events: LiveEvent[];
let states: Connection[];

function start(): Stream {
  const stream = new Stream({
    url: '/v1/events',
    onEvent: (event) => events.push(event),
    onConnection: (state) => states.push(state),
    open: (url) => new Fake(url),
    random: () => 1,
  });
  stream.start();
  return stream;
}

beforeEach(() => {
  vi.useFakeTimers();
  Fake.all = [];
  events = [];
  states = [];
});
afterEach(() => vi.useRealTimers());

describe('Stream', () => {
  it('goes on behind the last position and takes nothing twice', () => {
    start();
    const first = Fake.all[0]!;
    expect(first.url).toBe('/v1/events');
    first.onopen?.(new Event('open'));
    first.say('hello', { position: 7 });
    first.say('message.created', { conversation_id: 'a' }, '8');
    first.onerror?.(new Event('error'));
    expect(first.closed).toBe(true);
    vi.advanceTimersByTime(500);
    const second = Fake.all[1]!;
    expect(second.url).toBe('/v1/events?after=8');
    second.onopen?.(new Event('open'));
    second.say('message.created', { conversation_id: 'a' }, '8');
    second.say('message.created', { conversation_id: 'b' }, '9');
    expect(events.map((event) => [event.kind, event.position])).toEqual([
      ['hello', 7],
      ['message.created', 8],
      ['message.created', 9],
    ]);
    expect(states).toEqual(['connecting', 'open', 'lost', 'lost', 'open']);
  });

  it('does not take typing for a fact of the log', () => {
    const stream = start();
    Fake.all[0]!.say('hello', { position: 3 });
    Fake.all[0]!.say('typing', { conversation_id: 'a', typing: true }, '3');
    expect(events.at(-1)).toMatchObject({ kind: 'typing', position: undefined });
    expect(stream.position).toBe(3);
  });

  it('leaves out what is not JSON, and goes on', () => {
    start();
    Fake.all[0]!.say('message.created', 'not json', '4');
    Fake.all[0]!.say('message.created', { conversation_id: 'a' }, '5');
    expect(events).toHaveLength(1);
  });

  it('comes back at once when told to, and never after its end', () => {
    const stream = start();
    Fake.all[0]!.onerror?.(new Event('error'));
    stream.hurry();
    expect(Fake.all).toHaveLength(2);
    stream.stop();
    vi.advanceTimersByTime(60_000);
    stream.hurry();
    expect(Fake.all).toHaveLength(2);
  });
});

it('waits longer after each failure, up to a bound', () => {
  expect([1, 2, 3, 4, 9].map((failures) => backoff(failures, 1))).toEqual([500, 1000, 2000, 4000, 20_000]);
  expect(backoff(1, 0)).toBe(250);
});
