// The server's API as the stories call it beside the browser: by key, by a signed-in person's cookie, or by a visitor's token.

import { randomUUID } from 'node:crypto';

/** With what a call says who it is. */
export interface Credentials {
  readonly bearer?: string;
  readonly cookie?: string;
  readonly csrf?: string;
}

export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    what: string,
  ) {
    super(what);
  }
}

export interface Answer<T> {
  readonly body: T;
  readonly headers: Headers;
}

export class Api {
  constructor(
    readonly url: string,
    readonly credentials: Credentials = {},
  ) {}

  async get<T>(path: string): Promise<T> {
    return (await this.send<T>('GET', path)).body;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.send<T>('POST', path, body)).body;
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return (await this.send<T>('PUT', path, body)).body;
  }

  /** Anything but 2xx is an {@link ApiFailure} that says what was asked and answered. */
  async send<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const { bearer, cookie, csrf } = this.credentials;
    const headers: Record<string, string> = {};
    if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    if (cookie !== undefined) headers.cookie = cookie;
    if (csrf !== undefined && method !== 'GET') headers['x-csrf-token'] = csrf;
    if (method === 'POST') headers['idempotency-key'] = randomUUID();
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new ApiFailure(answer.status, code(text), `${method} ${path}: ${answer.status} ${text}`);
    }
    return { body: (text === '' ? undefined : JSON.parse(text)) as T, headers: answer.headers };
  }
}

function code(text: string): string {
  try {
    return (JSON.parse(text) as { code?: string }).code ?? '';
  } catch {
    return '';
  }
}

/** Does it for each, at most `at_once` at a time, and keeps the order of the results. */
export async function each<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) {
        results[index] = await work(item);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
