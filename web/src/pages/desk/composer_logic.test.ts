// What is written is checked, confirmed where need be, and sent once.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { modeOf, newCheck, send, Typing } from './composer_logic';
import { outbox } from './desk';
import { draftOf, setDraft } from './face';

const finding = (severity: string) => ({ rule: 'tone', severity, message: 'm', start: 0, end: 1 });
let answers: unknown[];
let asked: { url: string; body: unknown }[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, body: JSON.parse(String(init.body)) });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('away');
    return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  });
  vi.spyOn(outbox, 'send').mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const to = (conversation: string) => ({ conversation, behind: 4, check: newCheck(), whisper: false });

it('sends what nothing is found in, with its suggestion, and empties the field', async () => {
  setDraft('a', { text: ' Hello ', suggestion: 's1' });
  answers = [{ findings: [] }];
  await send(to('a'), false);
  expect(outbox.send).toHaveBeenCalledWith(
    expect.objectContaining({ text: 'Hello', suggestion: 's1', kind: 'message', behind: 4 }),
  );
  expect(draftOf('a').value).toMatchObject({ text: '', suggestion: undefined });
});

it('asks to confirm a warning, once for the same text', async () => {
  const sending = to('b');
  setDraft('b', { text: 'Hi!!!' });
  answers = [{ findings: [finding('warn')] }];
  await send(sending, false);
  expect(sending.check.value.state).toBe('found');
  expect(outbox.send).not.toHaveBeenCalled();
  await send(sending, true);
  expect(outbox.send).toHaveBeenCalledOnce();
  expect(asked).toHaveLength(1);
});

it('does not send what must be mended, nor what was changed since, unchecked', async () => {
  const sending = to('c');
  setDraft('c', { text: 'I promise' });
  answers = [{ findings: [finding('block')] }, { findings: [finding('block')] }];
  await send(sending, false);
  await send(sending, true);
  expect(asked).toHaveLength(2);
  setDraft('c', { text: 'I promise more' });
  answers = [{ findings: [] }];
  await send(sending, true);
  expect(asked).toHaveLength(3);
  expect(outbox.send).toHaveBeenCalledOnce();
});

it('keeps the text where it cannot be checked', async () => {
  vi.useFakeTimers();
  const sending = to('d');
  setDraft('d', { text: 'Hello' });
  const done = send(sending, false);
  await vi.runAllTimersAsync();
  await done;
  expect(sending.check.value.state).toBe('wrong');
  expect(draftOf('d').value.text).toBe('Hello');
});

it('takes a reply for no note where somebody else has the conversation now', () => {
  expect(modeOf({ text: 'Hello', note: false }, true)).toBe('reply');
  expect(modeOf({ text: 'Hello', note: true }, true)).toBe('note');
  expect(modeOf({ text: 'Hello', note: false }, false)).toBe('stranded');
  expect(modeOf({ text: 'Hello', note: true }, false)).toBe('note');
  expect(modeOf({ text: ' ', note: false }, false)).toBe('note');
});

it('does not check a note', async () => {
  setDraft('e', { text: 'call back', note: true });
  await send({ ...to('e'), whisper: true }, false);
  expect(asked).toEqual([]);
  expect(outbox.send).toHaveBeenCalledWith(expect.objectContaining({ kind: 'note', whisper: true }));
});

it('says now and then that somebody writes, and when they stop', () => {
  vi.useFakeTimers();
  const said: boolean[] = [];
  const typing = new Typing((value) => said.push(value));
  typing.wrote();
  typing.wrote();
  vi.advanceTimersByTime(4_500);
  typing.wrote();
  expect(said).toEqual([true, true]);
  vi.advanceTimersByTime(5_000);
  typing.stopped();
  expect(said).toEqual([true, true, false]);
});
