// What outlives the page: which conversation this visitor has, what is still to be sent, and what was read. It is kept in
// this site's local storage, for no other site to see, and sent nowhere but to the server's API. No cookies.

import { field, list, text } from './wire';

/** A message that the server has not taken yet. */
export interface Pending {
  /** The same for each attempt, so that the server takes it once however often it is sent. */
  readonly key: string;
  readonly text: string;
  /** When it was written, in Unix milliseconds. */
  readonly at: number;
  readonly attempts: number;
  /** The newest `seq` known before the first attempt: from there on the server may have it. */
  readonly after: number;
  /** Why it will not be sent again unasked. */
  readonly problem: string;
}

export interface Kept {
  readonly conversation: { readonly id: string; readonly token: string } | undefined;
  /** The key under which a conversation is being opened. */
  readonly opening: string;
  readonly pending: readonly Pending[];
  /** The newest `seq` that was on the screen. */
  readonly read: number;
  readonly rated: boolean;
}

export const NOTHING: Kept = {
  conversation: undefined,
  opening: '',
  pending: [],
  read: 0,
  rated: false,
};

/** The part of the browser's `Storage` that is needed. */
export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

export class Memory {
  private last = NOTHING;

  /** Without a shelf (private windows may have none) it lasts as long as the page. */
  constructor(
    private readonly shelf: Shelf | undefined,
    readonly name: string,
  ) {}

  get(): Kept {
    try {
      const written = this.shelf?.getItem(this.name);
      return written ? parse(JSON.parse(written) as unknown) : this.last;
    } catch {
      return this.last;
    }
  }

  /** Reads, changes and writes at once: another tab may have written in between. */
  change(change: (kept: Kept) => Partial<Kept>): Kept {
    const kept = this.get();
    this.last = { ...kept, ...change(kept) };
    try {
      this.shelf?.setItem(this.name, JSON.stringify(this.last));
    } catch {
      // Full or forbidden: it lasts as long as the page.
    }
    return this.last;
  }
}

function number(value: unknown, name: string): number {
  const found = field(value, name);
  return typeof found === 'number' ? found : 0;
}

function parse(value: unknown): Kept {
  const conversation = field(value, 'conversation');
  const [id, token] = [text(conversation, 'id'), text(conversation, 'token')];
  return {
    conversation: id && token ? { id, token } : undefined,
    opening: text(value, 'opening'),
    pending: list(value, 'pending')
      .map((item) => ({
        key: text(item, 'key'),
        text: text(item, 'text'),
        at: number(item, 'at'),
        attempts: number(item, 'attempts'),
        after: number(item, 'after'),
        problem: text(item, 'problem'),
      }))
      .filter((item) => item.key && item.text),
    read: number(value, 'read'),
    rated: field(value, 'rated') === true,
  };
}
