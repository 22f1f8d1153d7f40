// Requests carry what they must, are tried again with the same key, and fail with what the engine said.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { address, credentials, get, post, remove } from './client';
import type { Problem } from './problem';

let calls: { url: string; init: RequestInit }[];
let answers: (Response | Error)[];

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
  });
const header = (at: number, name: string) => new Headers(calls[at]!.init.headers).get(name);

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  answers = [];
  credentials.csrfToken = 'token';
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const answer = answers.shift() ?? json({});
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('fills paths and queries', () => {
  expect(address('/v1/a/{id}/b', { path: { id: 'x/y?' } })).toBe('/v1/a/x%2Fy%3F/b');
  expect(address('/v1/a', { query: { q: 'ä b', none: undefined, empty: '' } })).toBe('/v1/a?q=%C3%A4+b');
  expect(() => address('/v1/{id}', {})).toThrow('lacks id');
});

it('sends the token with what changes something, and a key with every POST', async () => {
  await get('/v1/session', {});
  await post('/v1/session', { body: { login: 'ana', password: 'x' } });
  expect(header(0, 'x-csrf-token')).toBeNull();
  expect(header(1, 'x-csrf-token')).toBe('token');
  expect(header(1, 'idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
  expect(calls[1]?.init.body).toBe('{"login":"ana","password":"x"}');
});

it('tries again under the same key where the server is briefly away', async () => {
  answers = [new TypeError('network'), json({}, 503), json({ login: 'ana' })];
  const done = post('/v1/session', { body: { login: 'ana', password: 'x' } });
  await vi.runAllTimersAsync();
  expect(await done).toEqual({ login: 'ana' });
  expect(new Set(calls.map((_, at) => header(at, 'idempotency-key'))).size).toBe(1);
});

it('does not wait long, and does not repeat what is refused', async () => {
  answers = [json({ code: 'rate', detail: 'slower' }, 429, { 'retry-after': '60' })];
  await expect(get('/v1/session', {})).rejects.toMatchObject({ code: 'rate', retryAfter: 60 });
  answers = [
    json({ code: 'field', detail: 'no', errors: [{ pointer: '/login', detail: 'bad' }, 'nonsense'] }, 422),
  ];
  const problem: Problem = await post('/v1/session', { body: { login: '', password: '' } }).catch((e) => e);
  expect(problem.field('/login')).toBe('bad');
  expect(problem.fields).toHaveLength(1);
  expect(calls).toHaveLength(2);
});

it('says what happened where the answer is no problem', async () => {
  answers = [new Response('<h1>Bad gateway</h1>', { status: 500, headers: { 'content-type': 'text/html' } })];
  await expect(get('/v1/session', {})).rejects.toMatchObject({ status: 500, code: 'http' });
});

it('takes no body for an answer, and says when the session has ended', async () => {
  answers = [new Response(null, { status: 204 })];
  expect(await remove('/v1/session', {})).toBeUndefined();
  const ended = vi.fn();
  credentials.onSignedOut = ended;
  answers = [json({ code: 'no_token', detail: 'sign in' }, 401)];
  await expect(get('/v1/agents', {})).rejects.toMatchObject({ status: 401 });
  expect(ended).toHaveBeenCalledOnce();
});
