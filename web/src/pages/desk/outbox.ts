// What an agent has sent and the engine has not yet acknowledged. Rows outlive a reload, go out one after the other
// for each conversation, and always under the key they were given first, so that a repeated try has one effect.
import { type Signal, signal } from '@preact/signals';
import { asProblem } from '../../api/problem';
import { backoff } from '../../live/stream';

export interface Row {
  /** The idempotency key. */
  key: string;
  conversation: string;
  kind: 'message' | 'note';
  text: string;
  suggestion?: string | undefined;
  whisper?: boolean | undefined;
  /** ISO 8601. */
  at: string;
  /** `seq` of the newest message when it was sent. */
  behind: number;
  state: 'sending' | 'waiting' | 'failed';
  problem?: string | undefined;
  tries: number;
}

export interface Carrier {
  deliver(row: Row): Promise<void>;
  keep(rows: readonly Row[]): void;
  recall(): Row[];
  now(): number;
  newKey(): string;
  later(milliseconds: number, run: () => void): void;
}

/** After so many tries it is the agent's decision. */
const TRIES_MAX = 8;

/** The engine knows a key for a day; one older might be taken for new, and is never sent by itself. */
const KEY_HOURS = 23;

export class Outbox {
  readonly rows: Signal<readonly Row[]> = signal([]);
  private readonly underWay = new Set<string>();

  constructor(private readonly carrier: Carrier) {}

  /** Takes up what an earlier page left behind. */
  start(): void {
    const old = this.carrier.recall().filter((row) => !this.find(row.key));
    const revived = old.map((row) => (this.expired(row) ? { ...row, state: 'failed' as const } : row));
    this.change([...this.rows.value, ...revived]);
    for (const row of revived) this.pump(row.conversation);
  }

  send(row: Pick<Row, 'conversation' | 'kind' | 'text' | 'suggestion' | 'whisper' | 'behind'>): void {
    const at = new Date(this.carrier.now()).toISOString();
    this.change([...this.rows.value, { ...row, at, key: this.carrier.newKey(), state: 'sending', tries: 0 }]);
    this.pump(row.conversation);
  }

  retry(key: string): void {
    const row = this.find(key);
    if (!row || this.underWay.has(key)) return;
    const fresh = this.expired(row) ? { key: this.carrier.newKey(), at: this.stamp() } : {};
    this.patch(key, { ...fresh, state: 'sending', tries: 0, problem: undefined });
    this.pump(row.conversation);
  }

  /** Gives its text back, to be written anew. */
  drop(key: string): string {
    const row = this.find(key);
    this.change(this.rows.value.filter((one) => one.key !== key));
    return row?.text ?? '';
  }

  /** The connection is back: what waits goes out now. */
  hurry(): void {
    for (const row of this.rows.value) {
      if (row.state !== 'waiting') continue;
      this.patch(row.key, { state: 'sending' });
      this.pump(row.conversation);
    }
  }

  private pump(conversation: string): void {
    const rows = this.rows.value.filter((row) => row.conversation === conversation);
    const first = rows.find((row) => row.state !== 'failed');
    if (!first || first.state === 'waiting' || rows.some((row) => this.underWay.has(row.key))) return;
    this.underWay.add(first.key);
    void this.carry(first).finally(() => {
      this.underWay.delete(first.key);
      this.pump(conversation);
    });
  }

  private async carry(row: Row): Promise<void> {
    try {
      await this.carrier.deliver(row);
      this.drop(row.key);
    } catch (error) {
      const problem = asProblem(error);
      const tries = row.tries + 1;
      if (!problem.passing || tries >= TRIES_MAX) {
        this.patch(row.key, { state: 'failed', tries, problem: problem.message });
        return;
      }
      this.patch(row.key, { state: 'waiting', tries, problem: problem.message });
      this.carrier.later((problem.retryAfter ?? 0) * 1000 + backoff(tries, 1), () => this.wake(row.key));
    }
  }

  private wake(key: string): void {
    const row = this.find(key);
    if (row?.state !== 'waiting') return;
    this.patch(key, { state: 'sending' });
    this.pump(row.conversation);
  }

  private expired(row: Row): boolean {
    return this.carrier.now() - Date.parse(row.at) > KEY_HOURS * 3_600_000;
  }

  private stamp(): string {
    return new Date(this.carrier.now()).toISOString();
  }

  private find(key: string): Row | undefined {
    return this.rows.value.find((row) => row.key === key);
  }

  private patch(key: string, part: Partial<Row>): void {
    this.change(this.rows.value.map((row) => (row.key === key ? { ...row, ...part } : row)));
  }

  private change(rows: readonly Row[]): void {
    this.rows.value = rows;
    this.carrier.keep(rows);
  }
}

/** Rows as they were kept; anything else in their place is left out. */
export function readRows(text: string | null): Row[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isRow).map(restart) : [];
  } catch {
    return [];
  }
}

function restart(row: Row): Row {
  return row.state === 'failed' ? row : { ...row, state: 'sending' };
}

function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Record<string, unknown>;
  const texts = ['key', 'conversation', 'kind', 'text', 'at', 'state'];
  return texts.every((name) => typeof row[name] === 'string') && typeof row.behind === 'number';
}
