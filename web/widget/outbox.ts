// Messages on their way to the server, in the order in which they were written. Each keeps its key until the server has
// answered, over reloads, lost connections and several tabs: that is what makes "at least once" into "once".

import type { Memory, Pending } from './memory';

/** The server knows a key for 24 hours. What may have arrived longer ago is not sent again unasked. */
const KEY_KNOWN_MS = 23 * 3_600_000;

/** The `problem` of a message of which nobody can tell any more whether it arrived. */
export const TOO_OLD = 'too_old';

export class Outbox {
  constructor(
    private readonly memory: Memory,
    private readonly newKey: () => string,
    private readonly now: () => number,
  ) {}

  all(): readonly Pending[] {
    return this.memory.get().pending;
  }

  add(text: string): void {
    const item = {
      key: this.newKey(),
      text,
      at: this.now(),
      attempts: 0,
      after: 0,
      problem: '',
    };
    this.memory.change(({ pending }) => ({ pending: [...pending, item] }));
  }

  /** The next to be sent. */
  head(): Pending | undefined {
    const old = (item: Pending): boolean => item.attempts > 0 && this.now() - item.at > KEY_KNOWN_MS;
    this.all()
      .filter((item) => !item.problem && old(item))
      .forEach((item) => {
        this.refused(item.key, TOO_OLD);
      });
    return this.all().find((item) => !item.problem);
  }

  /** Said before each attempt; `newest` is the newest `seq` known. */
  attempting(key: string, newest: number): void {
    this.alter(key, (item) => ({
      attempts: item.attempts + 1,
      after: item.attempts === 0 ? newest : item.after,
    }));
  }

  /** The server has it, or the customer has given it up. */
  remove(key: string): void {
    this.memory.change(({ pending }) => ({
      pending: pending.filter((item) => item.key !== key),
    }));
  }

  refused(key: string, problem: string): void {
    this.alter(key, () => ({ problem }));
  }

  /** Once more, as a new message: the one before was refused. */
  retry(key: string): void {
    this.alter(key, () => ({
      key: this.newKey(),
      at: this.now(),
      attempts: 0,
      problem: '',
    }));
  }

  /** Attempts in a conversation that is no more do not count in the next. */
  moved(): void {
    this.memory.change(({ pending }) => ({
      pending: pending.map((item) => ({ ...item, attempts: 0, after: 0 })),
    }));
  }

  private alter(key: string, change: (item: Pending) => Partial<Pending>): void {
    this.memory.change(({ pending }) => ({
      pending: pending.map((item) => (item.key === key ? { ...item, ...change(item) } : item)),
    }));
  }
}
