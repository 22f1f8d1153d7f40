// The whole widget but its page, against a server that does what Firstline does and a network that fails as it likes: what
// was written arrives once, and is shown once.

// The browser's own fetch and streams, which Node.js has too.
// @vitest-environment node

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Api } from './api';
import { Chat, type Parts } from './chat';
import { Memory, type Shelf } from './memory';
import type { State } from './state';

/** Takes a message once for each key, answers it, and tells of both by the stream. */
class Server {
  readonly log: string[] = [];
  readonly signals: string[] = [];
  opened = 0;
  /** Whether a token is no longer good. */
  refuses = (token: string): boolean => token === '';
  private readonly answers = new Map<string, string>();
  private streams: ReadableStreamDefaultController<Uint8Array>[] = [];

  /** `fault` says of each request what becomes of it on its way. */
  constructor(private readonly fault: (url: string) => 'none' | 'lost' | 'answer lost' | number) {}

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const fault = this.fault(url);
    if (fault === 'lost') {
      throw new TypeError('network');
    }
    if (typeof fault === 'number') {
      return new Response('{}', { status: fault, headers: { 'retry-after': '1' } });
    }
    const headers = new Headers(init.headers);
    const response = url.endsWith('/events') ? this.follow(headers) : this.take(url, init, headers);
    if (fault === 'answer lost') {
      await response.body?.cancel();
      throw new TypeError('network');
    }
    return response;
  };

  /** The line breaks, in the middle of an event. */
  cut(): void {
    const streams = this.streams;
    this.streams = [];
    for (const stream of streams) {
      try {
        stream.enqueue(new TextEncoder().encode('id: 999\ndata: {"half'));
        stream.close();
      } catch {
        // Given up by its reader already.
      }
    }
  }

  emit(type: string, data: object): void {
    this.log.push(
      `id: ${(this.log.length + 1).toString()}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`,
    );
    const bytes = new TextEncoder().encode(this.log.at(-1));
    for (const stream of this.streams) {
      try {
        stream.enqueue(bytes);
      } catch {
        // Given up by its reader already.
      }
    }
  }

  customerTexts(): string[] {
    return this.log.flatMap((event) => {
      const text = /"from":"customer","text":"([^"]*)"/.exec(event)?.[1];
      return text === undefined ? [] : [text];
    });
  }

  private follow(headers: Headers): Response {
    const after = Number(headers.get('last-event-id') ?? '0');
    const missed = this.log.slice(after).join('');
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(`:\n\n${missed}`));
        this.streams.push(controller);
      },
    });
    return new Response(body);
  }

  private take(url: string, init: RequestInit, headers: Headers): Response {
    const body = JSON.parse(init.body as string) as { text?: string };
    const token = headers.get('authorization')?.replace('Bearer ', '');
    if (token && this.refuses(token)) {
      return new Response('{}', { status: 401 });
    }
    if (url.endsWith('/signals')) {
      this.signals.push(init.body as string);
      return new Response(null, { status: 204 });
    }
    const key = headers.get('idempotency-key') ?? '';
    const known = this.answers.get(key);
    if (known !== undefined) {
      return new Response(known, { status: 201 });
    }
    if (body.text === 'bad') {
      return new Response('{"detail":"not this"}', { status: 422 });
    }
    const answer = body.text === undefined ? this.open() : this.say(body.text);
    this.answers.set(key, answer);
    return new Response(answer, { status: 201 });
  }

  private open(): string {
    this.opened += 1;
    const number = this.opened.toString();
    return JSON.stringify({ id: `c${number}`, token: `t${number}` });
  }

  private say(text: string): string {
    const message = this.message('customer', text);
    return JSON.stringify({ action: 'answer', message, replies: [this.message('bot', `re ${text}`)] });
  }

  private message(from: string, text: string): object {
    const seq = this.log.length + 1;
    const message = { id: `m${seq.toString()}`, seq, from, text, at: '2026-11-29T10:00:00Z' };
    this.emit('message.created', { message });
    return message;
  }
}

class Drawer implements Shelf {
  readonly items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
}

/** Numbers that look random, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const realTimeout = setTimeout;

/** Lets so many milliseconds go by, and all that is read meanwhile be read, which takes real turns of the event loop. */
async function pass(ms: number): Promise<void> {
  for (let step = 0; step < 10; step += 1) {
    await vi.advanceTimersByTimeAsync(ms / 10);
    await new Promise((resolve) => realTimeout(resolve, 0));
  }
}

let keys = 0;

function page(server: Server, drawer: Shelf, changed: (state: State) => void = () => undefined): Chat {
  const parts: Parts = {
    api: new Api('', server.fetch),
    memory: new Memory(drawer, 'test'),
    customer: {},
    newKey: () => {
      keys += 1;
      return `key${keys.toString()}`;
    },
    now: () => Date.now(),
    random: () => 0.5,
    alone: (work) => work(),
    changed,
  };
  return new Chat(parts);
}

const texts = (chat: Chat): string[] => chat.state.messages.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('Chat', () => {
  test('opens a conversation with the first message, and goes on with it after a reload', async () => {
    const [server, drawer] = [new Server(() => 'none'), new Drawer()];
    const first = page(server, drawer);
    first.start();
    await pass(1_000);
    expect(server.opened).toBe(0);
    first.send('  hello ');
    await pass(1_000);
    expect(texts(first)).toEqual(['hello', 're hello']);
    first.stop();
    const second = page(server, drawer);
    second.start();
    await pass(1_000);
    expect(texts(second)).toEqual(['hello', 're hello']);
    expect([server.opened, second.state.link]).toEqual([1, 'live']);
    second.stop();
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'over a network that fails as it likes, each message arrives and is shown once (seed %i)',
    async (seed) => {
      const draw = random(seed);
      let calm = false;
      const faults = ['lost', 'answer lost', 503, 429, 'none', 'none'] as const;
      const server = new Server(() =>
        calm ? 'none' : (faults[Math.floor(draw() * faults.length)] ?? 'none'),
      );
      const drawer = new Drawer();
      // At no moment is a text on the screen twice.
      const single = (state: State): void => {
        const shown = [...state.messages, ...state.pending].map(({ text }) => text);
        expect(new Set(shown).size).toBe(shown.length);
      };
      let chat = page(server, drawer, single);
      chat.start();
      const written = Array.from({ length: 8 }, (_, index) => `message ${index.toString()}`);
      for (const text of written) {
        chat.send(text);
        await pass(draw() * 3_000);
        if (draw() < 0.3) {
          server.cut();
        }
        if (draw() < 0.3) {
          chat.stop();
          chat = page(server, drawer, single);
          chat.start();
        }
      }
      calm = true;
      await pass(120_000);
      expect(server.customerTexts()).toEqual(written);
      expect(texts(chat)).toEqual(written.flatMap((text) => [text, `re ${text}`]));
      expect(chat.state.pending).toEqual([]);
      chat.stop();
    },
  );

  test('two tabs show the same, and send what was written once', async () => {
    const [server, drawer] = [new Server(() => 'none'), new Drawer()];
    const [left, right] = [page(server, drawer), page(server, drawer)];
    left.start();
    right.start();
    left.send('from the left');
    right.look();
    right.wake();
    await pass(1_000);
    right.look();
    right.send('from the right');
    await pass(1_000);
    left.look();
    expect(server.customerTexts()).toEqual(['from the left', 'from the right']);
    expect(texts(left)).toEqual(texts(right));
    left.stop();
    right.stop();
  });

  test('what is refused says why and lets the next pass', async () => {
    const [server, drawer] = [new Server(() => 'none'), new Drawer()];
    const chat = page(server, drawer);
    chat.start();
    chat.send('bad');
    chat.send('good');
    await pass(1_000);
    expect(chat.state.pending).toMatchObject([{ text: 'bad', problem: 'not this' }]);
    expect(server.customerTexts()).toEqual(['good']);
    chat.discard(chat.state.pending[0]?.key ?? '');
    expect(chat.state.pending).toEqual([]);
    chat.stop();
  });

  test('where the time of a conversation is over, the message opens the next; a server that takes none ends it', async () => {
    const [server, drawer] = [new Server(() => 'none'), new Drawer()];
    const chat = page(server, drawer);
    chat.start();
    chat.send('first');
    await pass(1_000);
    server.refuses = (token) => token === 't1';
    chat.send('second');
    await pass(1_000);
    expect([server.opened, server.customerTexts()]).toEqual([2, ['first', 'second']]);
    server.refuses = () => true;
    chat.send('third');
    await pass(60_000);
    expect(server.opened).toBe(3);
    expect(chat.state.pending).toMatchObject([{ text: 'third', problem: 'HTTP 401' }]);
    chat.stop();
  });

  test('people are told that the customer writes, the bot is not, and not too often', async () => {
    const [server, drawer] = [new Server(() => 'none'), new Drawer()];
    const chat = page(server, drawer);
    chat.start();
    chat.send('hello');
    await pass(1_000);
    chat.typing(true);
    expect(server.signals).toEqual([]);
    server.emit('handoff.accepted', { agent: { name: 'Ana' } });
    await pass(100);
    chat.seen();
    chat.typing(true);
    chat.typing(true);
    await pass(5_000);
    chat.typing(true);
    chat.typing(false);
    chat.typing(false);
    await pass(100);
    expect(server.signals.map((body) => JSON.parse(body) as unknown)).toEqual([
      { read_seq: 2 },
      { typing: true },
      { typing: true },
      { typing: false },
    ]);
    server.emit('typing', { from: 'agent', agent: { name: 'Ana' }, typing: true });
    await pass(100);
    expect(chat.state.typing).toBe('Ana');
    await pass(15_000);
    expect(chat.state.typing).toBe('');
    chat.stop();
  });

  test('a rating is sent once it got through, and asked for no more', async () => {
    let works = false;
    const server = new Server((url) => (url.endsWith('/csat') && !works ? 'lost' : 'none'));
    const drawer = new Drawer();
    const chat = page(server, drawer);
    chat.start();
    chat.send('hello');
    await pass(1_000);
    expect(await chat.rate(5, 'good')).toBe(false);
    expect(chat.state.rated).toBe(false);
    works = true;
    expect(await chat.rate(5, 'good')).toBe(true);
    expect(page(server, drawer).state.rated).toBe(false);
    expect(chat.state.rated).toBe(true);
    chat.anew();
    expect([chat.state.rated, texts(chat)]).toEqual([false, []]);
    chat.stop();
  });
});
