// Follows one conversation's events for as long as the page is open: connects, notices when the line is dead, and connects
// again where it left off.

import { EventParser } from './stream';
import type { StreamEvent } from './wire';

/** The server says something every 15 seconds. */
const SILENCE_MS = 45_000;
const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 20_000;

export interface Following {
  /** `lastId` is empty for all events from the first on. */
  connect(lastId: string, signal: AbortSignal): Promise<Response>;
  event(event: StreamEvent): void;
  /** Whether events arrive now. */
  link(live: boolean): void;
  /** There is no such conversation any more, or the visitor's time for it is over. */
  gone(): void;
  /** 0 to 1: those who lost the line together do not come back together. */
  random(): number;
}

export interface Follower {
  /** Tries at once instead of after the pause: the browser says that it is online again. */
  wake(): void;
  stop(): void;
}

export function pauseMs(failures: number, random: number): number {
  const longest = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** failures);
  return longest * (0.5 + random / 2);
}

/** Of `Retry-After`, in milliseconds; 0 without one. */
export function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

export function follow(following: Following): Follower {
  let stopped = false;
  let wake = (): void => undefined;
  let line = new AbortController();
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const parser = new EventParser();
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      line = new AbortController();
      const outcome = await once(following, parser, line);
      if (stopped) {
        return;
      }
      following.link(false);
      if (outcome.gone) {
        following.gone();
        return;
      }
      failures = outcome.heard ? 0 : failures + 1;
      await pause(Math.max(outcome.afterMs, pauseMs(failures, following.random())));
    }
  };
  void run();
  return {
    wake: () => {
      wake();
    },
    stop: () => {
      stopped = true;
      line.abort();
      wake();
    },
  };
}

interface Outcome {
  readonly gone: boolean;
  /** Whether the connection stood, however short. */
  readonly heard: boolean;
  readonly afterMs: number;
}

/** One connection, from its beginning to its end. */
async function once(following: Following, parser: EventParser, line: AbortController): Promise<Outcome> {
  parser.reset();
  let silence = setTimeout(() => undefined);
  const alive = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      line.abort();
    }, SILENCE_MS);
  };
  alive();
  let heard = false;
  try {
    const response = await following.connect(parser.lastId, line.signal);
    if (!response.ok || !response.body) {
      const gone = [401, 403, 404].includes(response.status);
      return { gone, heard, afterMs: retryAfterMs(response) };
    }
    heard = true;
    following.link(true);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || line.signal.aborted) {
        break;
      }
      alive();
      parser.push(decoder.decode(value, { stream: true })).forEach((event) => {
        following.event(event);
      });
    }
  } catch {
    // The line broke; where to go on is known.
  } finally {
    clearTimeout(silence);
  }
  return { gone: false, heard, afterMs: 0 };
}
