// The order of things in the widget: what is written goes to the outbox, the outbox to the server, what happens comes back
// by the stream, and whoever shows it is told. Knows nothing of the page.

import type { Api, Outcome } from './api';
import { type Follower, follow, pauseMs } from './follow';
import type { Memory } from './memory';
import { Outbox } from './outbox';
import { type Fact, newest, reduce, START, type State } from './state';
import { type StreamEvent, text, turn } from './wire';

/** How long "is writing" holds without being said again. */
const TYPING_MS = 12_000;
/** How often the customer's own "is writing" is said at most. */
const SIGNAL_MS = 4_000;

/** Whom the company's own page vouches for; see "Signed-in customers" in the README. */
export interface Customer {
  readonly id?: string;
  readonly name?: string;
  readonly tier?: string;
  readonly signature?: string;
  readonly issued_at?: number;
}

export interface Parts {
  readonly api: Api;
  readonly memory: Memory;
  readonly customer: Customer;
  readonly newKey: () => string;
  readonly now: () => number;
  readonly random: () => number;
  /** Runs one at a time over all tabs of this site, as far as the browser can. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly changed: (state: State) => void;
}

export class Chat {
  state: State = START;
  private readonly outbox: Outbox;
  private follower: Follower | undefined;
  /** The conversation that is followed. */
  private followed = '';
  private stopped = false;
  private sending = false;
  /** Something was written while the last look at the outbox was under way. */
  private more = false;
  private failures = 0;
  /** A conversation was lost since the last message was taken: the next loss is not mended by opening another. */
  private renewed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private signalled = { typing: false, at: 0, seq: 0 };
  /** An older server takes no signals. */
  private takesSignals = true;

  constructor(private readonly parts: Parts) {
    this.outbox = new Outbox(parts.memory, parts.newKey, parts.now);
  }

  /** Goes on where the last page left off. */
  start(): void {
    this.stopped = false;
    this.look();
    void this.flush();
  }

  /** What is under way still ends, and nothing new begins. */
  stop(): void {
    this.stopped = true;
    this.follower?.stop();
    this.follower = undefined;
    this.followed = '';
    clearTimeout(this.retry);
    clearTimeout(this.quiet);
  }

  /** Something was written to the memory, here or in another tab. */
  look(): void {
    const kept = this.parts.memory.get();
    const id = kept.conversation?.id ?? '';
    if (id !== this.followed) {
      this.follower?.stop();
      this.follower = undefined;
      this.followed = id;
      this.tell({ is: 'anew' });
    }
    this.tell({ is: 'kept', kept });
    if (kept.conversation && !this.follower && !this.stopped) {
      this.followNow(kept.conversation);
    }
  }

  send(words: string): void {
    const trimmed = words.trim();
    if (!trimmed) {
      return;
    }
    this.outbox.add(trimmed);
    this.signalled = { ...this.signalled, typing: false };
    this.look();
    void this.flush();
  }

  /** Sends once more what was refused. */
  again(key: string): void {
    this.outbox.retry(key);
    this.look();
    void this.flush();
  }

  discard(key: string): void {
    this.outbox.remove(key);
    this.look();
  }

  /** The browser is online again, or the page is looked at again. */
  wake(): void {
    this.follower?.wake();
    void this.flush();
  }

  /** False where it did not get through: the customer can try again. */
  async rate(score: number, comment: string): Promise<boolean> {
    const { conversation } = this.parts.memory.get();
    if (!conversation) {
      return false;
    }
    const outcome = await this.call(conversation, 'csat', { score, comment }, this.parts.newKey());
    if (outcome.is === 'ok') {
      this.parts.memory.change(() => ({ rated: true }));
      this.look();
    }
    return outcome.is === 'ok';
  }

  /** Leaves this conversation behind; the next message opens another. */
  anew(): void {
    this.parts.memory.change(() => ({
      conversation: undefined,
      opening: '',
      read: 0,
      rated: false,
    }));
    this.outbox.moved();
    this.look();
  }

  /** All that has come is on the screen. */
  seen(): void {
    const seq = newest(this.state);
    if (seq > this.state.read) {
      this.parts.memory.change(({ read }) => ({ read: Math.max(read, seq) }));
      this.look();
    }
    if (this.state.owner === 'agent' && seq > this.signalled.seq) {
      this.signalled = { ...this.signalled, seq };
      void this.signal({ read_seq: seq });
    }
  }

  /** The customer is writing, or has stopped. Only people are told. */
  typing(typing: boolean): void {
    const { signalled } = this;
    const now = this.parts.now();
    const isNews = typing ? !signalled.typing || now - signalled.at > SIGNAL_MS : signalled.typing;
    if (this.state.owner === 'agent' && isNews) {
      this.signalled = { ...signalled, typing, at: now };
      void this.signal({ typing });
    }
  }

  private tell(fact: Fact): void {
    this.state = reduce(this.state, fact);
    this.parts.changed(this.state);
  }

  private followNow(conversation: { id: string; token: string }): void {
    const { id, token } = conversation;
    this.follower = follow({
      connect: (lastId, signal) => this.parts.api.events(id, token, lastId, signal),
      event: (event) => {
        this.hear(event);
      },
      link: (live) => {
        this.tell({ is: 'link', link: live ? 'live' : 'lost' });
        if (live) {
          void this.flush();
        }
      },
      gone: () => {
        this.lost(id);
      },
      random: this.parts.random,
    });
  }

  private hear(event: StreamEvent): void {
    this.tell({ is: 'event', event });
    if (event.type === 'typing') {
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => {
        this.tell({ is: 'quiet' });
      }, TYPING_MS);
    }
  }

  private lost(id: string): void {
    if (this.parts.memory.get().conversation?.id === id) {
      this.anew();
    }
  }

  private call(
    conversation: { id: string; token: string },
    what: string,
    body: unknown,
    key?: string,
  ): Promise<Outcome> {
    const path = `/v1/conversations/${encodeURIComponent(conversation.id)}/${what}`;
    const { token } = conversation;
    return this.parts.api.post(key ? { path, body, token, key } : { path, body, token });
  }

  private async signal(body: unknown): Promise<void> {
    const { conversation } = this.parts.memory.get();
    if (conversation && this.takesSignals) {
      const outcome = await this.call(conversation, 'signals', body);
      this.takesSignals = outcome.is === 'ok' || outcome.is === 'later';
    }
  }

  /** Sends what is to be sent, one after the other. */
  private async flush(): Promise<void> {
    this.more = true;
    if (this.sending) {
      return;
    }
    this.sending = true;
    clearTimeout(this.retry);
    try {
      while (this.more && !this.stopped) {
        this.more = false;
        if (await this.parts.alone(() => this.sendNext())) {
          this.failures = 0;
          this.more = true;
        }
      }
    } finally {
      this.sending = false;
    }
  }

  /** False when there is nothing more to send for now. */
  private async sendNext(): Promise<boolean> {
    const item = this.outbox.head();
    if (!item) {
      this.look();
      return false;
    }
    const conversation = await this.opened();
    if (!conversation) {
      return false;
    }
    this.outbox.attempting(item.key, newest(this.state));
    this.look();
    this.tell({ is: 'sending', sending: true });
    const body = { text: item.text };
    const outcome = await this.call(conversation, 'messages?wait=0', body, item.key);
    if (outcome.is === 'ok') {
      this.renewed = false;
      this.outbox.remove(item.key);
      this.tell({ is: 'answered', key: item.key, turn: turn(outcome.body) });
      this.look();
      return true;
    }
    return this.failed(outcome, item.key, conversation.id);
  }

  private failed(outcome: Exclude<Outcome, { is: 'ok' }>, key: string, conversation: string): boolean {
    this.tell({ is: 'sending', sending: false });
    if (outcome.is === 'later') {
      this.later(outcome.afterMs);
      return false;
    }
    if (outcome.is === 'gone' && !this.renewed) {
      this.renewed = true;
      this.lost(conversation);
      return true;
    }
    this.outbox.refused(key, outcome.detail);
    this.look();
    return true;
  }

  /** The conversation to write in, opened if there is none. */
  private async opened(): Promise<{ id: string; token: string } | undefined> {
    const kept = this.parts.memory.change((kept) => ({
      opening: kept.conversation ? '' : kept.opening || this.parts.newKey(),
    }));
    if (kept.conversation) {
      return kept.conversation;
    }
    const { customer, api } = this.parts;
    const body = Object.keys(customer).length > 0 ? { customer } : {};
    const outcome = await api.post({ path: '/v1/conversations', body, key: kept.opening });
    if (outcome.is === 'ok') {
      const [id, token] = [text(outcome.body, 'id'), text(outcome.body, 'token')];
      this.parts.memory.change(() => ({
        conversation: { id, token },
        opening: '',
        read: 0,
        rated: false,
      }));
      this.look();
      return { id, token };
    }
    if (outcome.is === 'later') {
      this.later(outcome.afterMs);
      return undefined;
    }
    this.outbox.all().forEach(({ key }) => {
      this.outbox.refused(key, outcome.detail);
    });
    this.parts.memory.change(() => ({ opening: '' }));
    this.look();
    return undefined;
  }

  private later(afterMs: number): void {
    this.failures += 1;
    this.tell({ is: 'link', link: 'lost' });
    const pause = Math.max(afterMs, pauseMs(this.failures, this.parts.random()));
    clearTimeout(this.retry);
    if (!this.stopped) {
      this.retry = setTimeout(() => void this.flush(), pause);
    }
  }
}
