// The story tells all that a trace has, and what customers, articles and lookups say stays text.
import { render } from 'preact';
import { afterEach, expect, it } from 'vitest';
import type { TraceView } from '../../api/types';
import { Story } from './story';

const HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

const TURN = {
  version: 3,
  epoch: 0,
  at: '2026-11-29T10:00:00Z',
  input: 'lookup_done',
  action: 'handoff',
  reason: 'negative_sentiment',
  policy: 'p',
  result: { task: 't', outcome: 'ok', fields: { note: HOSTILE }, problem: HOSTILE },
  reading: {
    intents: [{ name: 'track_order', confidence: 0.4 }],
    sentiment: { label: 'negative', negative: 0.9, neutral: 0.1, positive: 0 },
    language: 'en',
    entities: [{ kind: 'order_number', value: HOSTILE }],
    hits: [
      {
        article: 'a',
        passage: 'p',
        title: HOSTILE,
        heading: HOSTILE,
        text: HOSTILE,
        audience: 'internal',
        score: 0.3,
      },
    ],
  },
  rules: [
    { rule: 'urgent', inputs: { phrase: HOSTILE }, fired: true },
    { rule: 'negative_sentiment', inputs: { now: 0.9, bar_now: 0.8, bar_conversation: 0.6 }, fired: true },
    { rule: 'unheard_of', inputs: { text: HOSTILE }, fired: false },
  ],
  messages: [
    { id: 'm1', seq: 1, from: 'customer', text: HOSTILE, at: '2026-11-29T10:00:00Z' },
    { id: 'm2', seq: 2, from: 'bot', text: HOSTILE, at: '2026-11-29T10:00:00Z' },
  ],
} as unknown as TraceView;

const box = document.createElement('div');
afterEach(() => render(null, box));

it('tells what came in, what was read, each rule, and what came of it', () => {
  render(<Story conversation="c" turn={TURN} />, box);
  const text = box.textContent ?? '';
  expect(text).toContain('A lookup came back: ok.');
  expect(text).toContain('track order');
  expect(text).toContain('The customer is unhappy with this: 90 %, at or above the bar of 80 %.');
  expect(text).toContain('The rule “unheard of” did not apply.');
  expect(text).toContain('The conversation went to people, because the customer is unhappy.');
  expect(text).toContain('Also, it is urgent.');
  expect(text).toContain('for agents only');
});

it('makes no element of anybody’s words', () => {
  render(<Story conversation="c" turn={TURN} />, box);
  expect(box.querySelectorAll('img, script')).toHaveLength(0);
  expect(box.textContent).toContain(HOSTILE);
});
