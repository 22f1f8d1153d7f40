// The one way to the engine's API: typed by its OpenAPI document, with the session's CSRF token on what changes
// something, an idempotency key on every POST, and another try where the network or the server is briefly away.
import { newKey } from './key';
import { type Problem, readProblem, unreachable } from './problem';
import type { paths } from './schema';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that take this method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends PathWith<M>> = paths[P] extends Record<M, infer O> ? O : never;
type Content<R> = R extends { content: { 'application/json': infer A } } ? A : undefined;

/** What a fine answer's body holds; undefined where it has none. */
export type Answer<M extends Method, P extends PathWith<M>> =
  Operation<M, P> extends { responses: infer R }
    ? R extends { 200: infer A }
      ? Content<A>
      : R extends { 201: infer A }
        ? Content<A>
        : undefined
    : never;

type PathPart<O> = O extends { parameters: { path: infer V } } ? { path: V } : { path?: undefined };
type QueryPart<O> = O extends { parameters: { query?: infer V } } ? { query?: V } : { query?: undefined };
type BodyPart<O> = O extends { requestBody: { content: { 'application/json': infer V } } }
  ? { body: V }
  : { body?: undefined };

/** What a request needs besides method and path. */
export type Ask<M extends Method, P extends PathWith<M>> = PathPart<Operation<M, P>> &
  QueryPart<Operation<M, P>> &
  BodyPart<Operation<M, P>> & {
    /** Of a POST that may be sent again by whoever calls: the same key, the same effect, once. */
    idempotencyKey?: string | undefined;
    signal?: AbortSignal | undefined;
    /** Tries in all; 3 by default. */
    tries?: number | undefined;
  };

/** What the client must know of the session. The session sets it; nothing else does. */
export const credentials = {
  csrfToken: '',
  onSignedOut: () => {},
};

interface Loose {
  path?: Record<string, string | number> | undefined;
  query?: Record<string, unknown> | undefined;
  body?: unknown;
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
  tries?: number | undefined;
}

export async function call<M extends Method, P extends PathWith<M>>(
  method: M,
  path: P,
  ask: Ask<M, P>,
): Promise<Answer<M, P>> {
  const loose = ask as Loose;
  const url = address(path as string, loose);
  const init = request(method, loose);
  const tries = loose.tries ?? 3;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(url, init);
    if (!('problem' in answer)) return answer.body as Answer<M, P>;
    const { problem } = answer;
    if (problem.status === 401 && path !== '/v1/session') credentials.onSignedOut();
    if (!problem.passing || attempt >= tries || loose.signal?.aborted) throw problem;
    await pause(problem.retryAfter ?? attempt * 0.4, problem);
  }
}

/** Exported for tests: the path with its parameters and the query. */
export function address(path: string, ask: Pick<Loose, 'path' | 'query'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = ask.path?.[name];
    if (value === undefined) throw new Error(`the path ${path} lacks ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(ask.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

function request(method: Method, ask: Loose): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'get') headers['x-csrf-token'] = credentials.csrfToken;
  if (method === 'post') headers['idempotency-key'] = ask.idempotencyKey ?? newKey();
  if (ask.body !== undefined) headers['content-type'] = 'application/json';
  return {
    method: method.toUpperCase(),
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    ...(ask.signal ? { signal: ask.signal } : {}),
  };
}

async function once(url: string, init: RequestInit): Promise<{ body: unknown } | { problem: Problem }> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    // Whoever gave up does not want to hear of a network that is away.
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    return { problem: unreachable() };
  }
  if (!response.ok) return { problem: await readProblem(response) };
  if (response.status === 204) return { body: undefined };
  try {
    return { body: await response.json() };
  } catch {
    // The answer was cut off on its way; a GET or a keyed POST may be asked again.
    return { problem: unreachable() };
  }
}

/** A server that asks for a long wait is not waited for: whoever asked is told. */
async function pause(seconds: number, problem: Problem): Promise<void> {
  if (seconds > 5) throw problem;
  await new Promise((done) => setTimeout(done, seconds * 1000));
}

export function get<P extends PathWith<'get'>>(path: P, ask: Ask<'get', P>): Promise<Answer<'get', P>> {
  return call('get', path, ask);
}

export function post<P extends PathWith<'post'>>(path: P, ask: Ask<'post', P>): Promise<Answer<'post', P>> {
  return call('post', path, ask);
}

export function put<P extends PathWith<'put'>>(path: P, ask: Ask<'put', P>): Promise<Answer<'put', P>> {
  return call('put', path, ask);
}

export function patch<P extends PathWith<'patch'>>(
  path: P,
  ask: Ask<'patch', P>,
): Promise<Answer<'patch', P>> {
  return call('patch', path, ask);
}

export function remove<P extends PathWith<'delete'>>(
  path: P,
  ask: Ask<'delete', P>,
): Promise<Answer<'delete', P>> {
  return call('delete', path, ask);
}
