// Calls of the server's API, and what their outcome means for whoever made them.

import { retryAfterMs } from './follow';
import { text } from './wire';

/** How long an answer may take. */
const TIMEOUT_MS = 30_000;

export type Outcome =
  | { readonly is: 'ok'; readonly body: unknown }
  /** Not taken, or nobody knows: the same again, with the same key. */
  | { readonly is: 'later'; readonly afterMs: number }
  /** The conversation is no more, or the visitor's time for it is over. */
  | { readonly is: 'gone'; readonly detail: string }
  /** It will not be taken however often it is sent. */
  | { readonly is: 'refused'; readonly detail: string };

export interface Call {
  /** Behind the server's address. */
  readonly path: string;
  readonly body: unknown;
  readonly token?: string;
  readonly key?: string;
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly fetch: (url: string, init: RequestInit) => Promise<Response>,
  ) {}

  async post(call: Call): Promise<Outcome> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (call.token) {
      headers.authorization = `Bearer ${call.token}`;
    }
    if (call.key) {
      headers['idempotency-key'] = call.key;
    }
    try {
      const response = await this.fetch(this.base + call.path, {
        method: 'POST',
        headers,
        body: JSON.stringify(call.body),
        // A visitor is known by the token alone, also where an agent is signed in in the same browser.
        credentials: 'omit',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await outcome(response, Boolean(call.token));
    } catch {
      return { is: 'later', afterMs: 0 };
    }
  }

  /** The events behind `lastId`, as they happen. */
  events(conversation: string, token: string, lastId: string, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    };
    if (lastId) {
      headers['last-event-id'] = lastId;
    }
    const url = `${this.base}/v1/conversations/${encodeURIComponent(conversation)}/events`;
    return this.fetch(url, { headers, credentials: 'omit', cache: 'no-store', signal });
  }
}

async function outcome(response: Response, withToken: boolean): Promise<Outcome> {
  const { status } = response;
  if (response.ok) {
    return { is: 'ok', body: status === 204 ? undefined : await response.json() };
  }
  // 409: something else happened in the conversation at the same moment.
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    return { is: 'later', afterMs: retryAfterMs(response) };
  }
  const problem: unknown = await response.json().catch(() => undefined);
  const detail = text(problem, 'detail') || `HTTP ${status.toString()}`;
  return { is: withToken && [401, 404].includes(status) ? 'gone' : 'refused', detail };
}
