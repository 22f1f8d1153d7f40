// One event stream that outlives its connections: it goes on behind the last position it has seen, waits longer
// after each failure, and hands on no event twice.
import type { EventData, Kind, LiveEvent } from './events';
import { KINDS } from './events';

export type Connection = 'connecting' | 'open' | 'lost';

/** What is needed of an EventSource; tests bring their own. */
export interface Source {
  addEventListener(kind: string, listener: (event: MessageEvent<string>) => void): void;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export interface StreamOptions {
  /** Without the position, which is added. */
  url: string;
  onEvent(event: LiveEvent): void;
  onConnection(connection: Connection): void;
  open?: (url: string) => Source;
  /** 0 to 1, for the spread of waits. */
  random?: () => number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/** How long to wait after so many failures in a row: doubled each time, spread so that not all come back at once. */
export function backoff(failures: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
  return full * (0.5 + random / 2);
}

export class Stream {
  /** Undefined until the engine has said where the log stands. */
  position: number | undefined;
  private source: Source | undefined;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(private readonly options: StreamOptions) {}

  start(): void {
    this.ended = false;
    this.connect();
  }

  stop(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  /** Does not wait any longer: the network is said to be back, or the page is looked at again. */
  hurry(): void {
    if (this.ended || this.source) return;
    clearTimeout(this.timer);
    this.connect();
  }

  private connect(): void {
    const { url, open = (to: string): Source => new EventSource(to) } = this.options;
    this.options.onConnection(this.failures === 0 ? 'connecting' : 'lost');
    const source = open(this.position === undefined ? url : `${url}?after=${this.position}`);
    this.source = source;
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.take(kind, event));
    source.onopen = () => {
      this.failures = 0;
      this.options.onConnection('open');
    };
    // The browser's own way of coming back knows neither a growing wait nor an end, so it is not used.
    source.onerror = () => {
      source.close();
      if (this.source === source) this.fail();
    };
  }

  private fail(): void {
    this.source = undefined;
    this.failures += 1;
    this.options.onConnection('lost');
    if (this.ended) return;
    const wait = backoff(this.failures, (this.options.random ?? Math.random)());
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private take(kind: Kind, event: MessageEvent<string>): void {
    const data = parse(event.data);
    if (!data) return;
    if (kind === 'hello') {
      if (this.position === undefined) this.position = data.position;
      this.options.onEvent({ kind, position: data.position, data });
      return;
    }
    const position = event.lastEventId === '' ? undefined : Number(event.lastEventId);
    const kept = KEPT_NOT.has(kind) ? undefined : position;
    if (kept !== undefined && Number.isFinite(kept)) {
      if (this.position !== undefined && kept <= this.position) return;
      this.position = kept;
    }
    this.options.onEvent({ kind, position: kept, data });
  }
}

// A browser repeats the last id with events that bring none of their own.
const KEPT_NOT: ReadonlySet<Kind> = new Set<Kind>(['typing', 'read', 'hello']);

function parse(text: string): EventData | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as EventData) : undefined;
  } catch {
    return undefined;
  }
}
