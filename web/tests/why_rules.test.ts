// Every rule that the engine's sources name has a sentence, fired or not, and what is not known is told plainly.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKnown, type Rule, tell } from '../src/pages/why/rules';

const TRIAGE = join(import.meta.dirname, '../../src/triage');
const HANDOFF = join(import.meta.dirname, '../../src/domain/handoff.rs');

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.rs'));
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);
}

/** Names that stand in calls, and in constants that calls take. */
function rulesOfTheEngine(): Set<string> {
  const text = sources(TRIAGE).join('\n');
  const called = found(text, /\.rule\(\s*"([a-z_]+)"/g);
  const constants = found(text, /const RULE: &str = "([a-z_]+)"/g);
  const rung = found(text, /=> \("(sla_[a-z]+)", due\)/g);
  return new Set([...called, ...constants, ...rung]);
}

const rule = (name: string, inputs: unknown, fired: boolean): Rule => ({ rule: name, inputs, fired });

describe('coverage', () => {
  const names = rulesOfTheEngine();

  it('finds the rules in the sources at all', () => {
    expect(names.size).toBeGreaterThan(40);
    expect(names).toContain('low_confidence');
    expect(names).toContain('sla_breached');
  });

  it.each([...names])('knows %s', (name) => {
    expect(isKnown(name)).toBe(true);
  });

  it('knows each reason that a flow may hand off for', () => {
    const source = readFileSync(HANDOFF, 'utf8');
    const block = source.slice(source.indexOf('impl Reason {')).split('\n}\n', 1)[0] ?? '';
    const reasons = found(block, /Self::[A-Za-z]+ => "([a-z_]+)"/g);
    expect(reasons).toHaveLength(14);
    for (const name of reasons) {
      const told = tell(rule(name, { flow: 'order_status', line: 12 }, true));
      expect(told, name).toMatch(/^The flow “order status” hands off here, in line 12 of its file: /);
    }
  });

  it('never tells of a rule in the plain form when it looked at what the engine gives it', () => {
    for (const [name, inputs, fired] of CASES) {
      expect(tell(rule(name, inputs, fired)), name).not.toMatch(/^The rule “/);
    }
  });

  it('has a case for every rule', () => {
    const tried = new Set(CASES.map(([name]) => name));
    expect([...names].filter((name) => !tried.has(name))).toEqual([]);
  });
});

// As the engine writes them; both outcomes where there are two.
const CASES: [string, unknown, boolean][] = [
  ['held_by_people', { owner: 'bot' }, false],
  ['held_by_people', { owner: 'agent' }, true],
  ['held_by_people', { owner: 'queue' }, true],
  ['sla_alarm', { timer: 't' }, true],
  ['sla_alarm', { timer: 't' }, false],
  ['customer_paused', { timer: 't' }, true],
  ['customer_paused', { timer: 't' }, false],
  ['clarification_answered', { options: ['refund', 'exchange'], picked: 'refund' }, true],
  ['clarification_answered', { options: ['refund', 'exchange'], picked: null }, false],
  ['low_confidence', { intents: [{ name: 'track_order', confidence: 0.97 }], bar: 0.5 }, false],
  ['low_confidence', { intents: [{ name: 'track_order', confidence: 0.43 }], bar: 0.5 }, true],
  ['low_confidence', { intents: [], bar: null }, true],
  ['clarify', { bar: 0.2, asked_before: false, options: ['refund', 'exchange'] }, true],
  ['clarify', { bar: 0.2, asked_before: false, options: null }, false],
  ['clarify', { bar: 0.2, asked_before: true, options: null }, false],
  ['urgent', { phrase: null }, false],
  ['urgent', { phrase: 'brakes failed' }, true],
  ['asked_for_human', { phrase: 'real person', confidence: null, bar: 0.4 }, true],
  ['asked_for_human', { phrase: null, confidence: 0.55, bar: 0.4 }, true],
  ['asked_for_human', { phrase: null, confidence: 0.05, bar: 0.4 }, false],
  ['asked_for_human', { phrase: null, confidence: null, bar: 0.4 }, false],
  ['sensitive_topic', { topic: null, phrase: null }, false],
  ['sensitive_topic', { topic: 'injury', phrase: 'broken arm' }, true],
  ['negative_sentiment', { now: 0.93, bar_now: 0.8, conversation: null, bar_conversation: 0.6 }, true],
  ['negative_sentiment', { now: 0.4, bar_now: 0.8, conversation: 0.7, bar_conversation: 0.6 }, true],
  ['negative_sentiment', { now: 0.1, bar_now: 0.8, conversation: 0.2, bar_conversation: 0.6 }, false],
  ['negative_sentiment', { now: null, bar_now: 0.8, conversation: null, bar_conversation: 0.6 }, false],
  ['unsupported_language', { language: null }, false],
  ['unsupported_language', { language: { code: 'en', confidence: 0.99 } }, false],
  ['unsupported_language', { language: { code: 'de', confidence: 0.98 } }, true],
  ['unavailable', { fault: null }, false],
  ['unavailable', { fault: 'the classifier did not answer in time' }, true],
  ['out_of_scope', { intent: null }, false],
  ['out_of_scope', { intent: 'track_order' }, false],
  ['out_of_scope', { intent: 'out_of_scope' }, true],
  ['policy', { always_human: null }, false],
  ['policy', { always_human: 'refund' }, false],
  ['policy', { always_human: 'complaint' }, true],
  ['turn_limit', { turns: 3, limit: 12 }, false],
  ['turn_limit', { turns: 13, limit: 12 }, true],
  ['bot_switched_off', { enabled: true, intents: [] }, false],
  ['bot_switched_off', { enabled: false, intents: [] }, true],
  ['bot_switched_off', { enabled: true, intents: ['refund'] }, true],
  ['customer_tier', { tier: 'gold', of_tier: 'high', of_reasons: 'normal' }, true],
  ['customer_tier', { tier: 'gold', of_tier: 'high', of_reasons: 'urgent' }, false],
  ['customer_tier', { tier: 'silver', of_tier: null, of_reasons: 'normal' }, false],
  ['several_requests', { intents: [] }, false],
  ['several_requests', { intents: ['refund', 'invoice'] }, true],
  ['no_words', {}, true],
  ['no_words', {}, false],
  ['goodbye', { intent: 'goodbye' }, true],
  ['goodbye', { intent: 'refund' }, false],
  ['small_talk', { intent: 'thanks', reply: 'thanks' }, true],
  ['small_talk', { intent: 'refund', reply: null }, false],
  ['says_too_little', { intent: 'help_general', reply: 'ask_help' }, true],
  ['says_too_little', { intent: 'refund', reply: null }, false],
  ['not_helped', { phrase: null, last_answer: null }, false],
  ['not_helped', { phrase: 'wrong answer', last_answer: null }, false],
  ['not_helped', { phrase: 'wrong answer', last_answer: 'returns#1' }, true],
  ['no_answer', { intent: 'refund', hits: 0, best: null, chosen: null }, true],
  ['no_answer', { intent: 'refund', hits: 3, best: { article: 'returns', score: 0.1 }, chosen: null }, true],
  [
    'no_answer',
    {
      intent: 'refund',
      hits: 3,
      best: { article: 'returns', score: 0.7 },
      chosen: { article: 'returns', passage: 'how', linked: true, score: 0.7 },
    },
    false,
  ],
  ['same_answer_again', { answer: 'returns#how' }, true],
  ['same_answer_again', { answer: 'returns#how' }, false],
  ['handed_back', { reasons: ['no_answer'], before: ['no_answer'], times: 1 }, true],
  ['handed_back', { reasons: ['urgent'], before: ['no_answer'], times: 1 }, false],
  ['repeated_failure', { failures: 1, limit: 2 }, false],
  ['repeated_failure', { failures: 2, limit: 2 }, true],
  ['flow_started', { flow: 'order_status', intent: 'track_order' }, true],
  ['flow_changed', { flow: 'order_status' }, true],
  ['answers_flow', { flow: 'order_status', waits_for: { kind: 'slot', of: 'order_number' } }, true],
  ['answers_flow', { flow: 'order_status', waits_for: { kind: 'confirmation' } }, false],
  ['answers_flow', { flow: 'order_status', waits_for: null }, false],
  ['flow_cancelled', { phrase: null }, false],
  ['flow_cancelled', { phrase: 'never mind' }, true],
  ['slot_filled', { slot: 'order_number', value: 'FH-10423', corrected: false }, true],
  ['slot_filled', { slot: 'order_number', value: 'FH-10424', corrected: true }, true],
  ['confirmed', { flow: 'cancel', answer: true }, true],
  ['confirmed', { flow: 'cancel', answer: false }, false],
  ['confirmed', { flow: 'cancel', answer: null }, false],
  ['follow_up', { last_flow: null }, false],
  ['follow_up', { last_flow: 'order_status' }, false],
  ['follow_up', { last_flow: 'order_status' }, true],
  ['asked_too_often', { for: 'order_number', asked: 0, limit: 3 }, false],
  ['asked_too_often', { for: 'order_number', asked: 3, limit: 3 }, true],
  ['awaited', { task: 't' }, true],
  ['awaited', { task: 't' }, false],
  ['lookup_failed', { lookup: 'shop.order', outcome: 'ok', problem: '' }, false],
  ['lookup_failed', { lookup: 'shop.order', outcome: 'not_found', problem: '' }, false],
  ['lookup_failed', { lookup: 'shop.order', outcome: 'unavailable', problem: 'HTTP 503' }, true],
  ['lookup_failed', { outcome: 'ok', problem: '' }, false],
  ['lookup_failed', { outcome: 'unavailable', problem: 'HTTP 503' }, true],
  ['lookup_failed', { problem: 'undefined value' }, true],
  ['verification_failed', { lookup: 'shop.order', private: true }, true],
  ['verification_failed', { lookup: 'shop.order', private: true }, false],
  ['verification_failed', { lookup: 'shop.order', private: false }, false],
  ['verification_failed', { sends: 1, limit: 3 }, false],
  ['verification_failed', { sends: 3, limit: 3 }, true],
  ['verification_failed', { tries_left: 1 }, false],
  ['verification_failed', { tries_left: 0 }, true],
  ['code_expired', { expires_at: '2026-11-29T10:00:00Z' }, false],
  ['code_expired', { expires_at: '2026-11-29T10:00:00Z' }, true],
  ['code_right', { tries_left: 3 }, true],
  ['code_right', { tries_left: 3 }, false],
  ['proof_expired', { proven_until: '2026-11-29T10:00:00Z' }, true],
  ['nobody_there', { open: false, agents_online: 0, fallback: 'message' }, true],
  ['nobody_there', { open: true, agents_online: 3, fallback: 'wait' }, false],
  ['nobody_there', { open: true, agents_online: null, fallback: 'wait' }, false],
  ['tell_standing', { phrase: null, told: false }, true],
  ['tell_standing', { phrase: 'how long', told: true }, true],
  ['tell_standing', { phrase: null, told: true }, false],
  ['contact_left', { found: true, times: 1 }, true],
  ['contact_left', { found: false, times: 1 }, false],
  ['deferred_handoff', { timer: 't' }, true],
  ['deferred_handoff', { timer: 't' }, false],
  ['offer_timed_out', { agent: 'ana' }, true],
  [
    'agent_gone',
    { agent: 'ana', gone_since: '2026-11-29T10:00:00Z', waiting_since: '2026-11-29T09:58:00Z' },
    true,
  ],
  ['not_accepted_in_time', { timer: 't', owner: 'queue' }, true],
  ['not_accepted_in_time', { timer: 't', owner: 'agent' }, false],
  ['suggestion_taken', { suggestions: [{ suggestion: 'returns#how', outcome: 'edited' }] }, true],
  ['suggestion_taken', { suggestions: [] }, false],
  ['sla_warning', { clock: 'first_response', due: '2026-11-29T10:00:00Z' }, true],
  ['sla_breached', { clock: 'resolution', due: '2026-11-29T10:00:00Z' }, true],
];

describe('sentences', () => {
  it.each<[string, unknown, boolean, string]>([
    [
      'low_confidence',
      { intents: [{ name: 'track_order', confidence: 0.43 }], bar: 0.5 },
      true,
      'The likeliest intent is “track order” at 43 %, below the 50 % that the bot needs to act on it.',
    ],
    [
      'negative_sentiment',
      { now: 0.12, bar_now: 0.8, conversation: 0.3, bar_conversation: 0.6 },
      false,
      'The chance that the customer is unhappy is 12 %, below the bar of 80 %. On average of the newest messages it is 30 %, below 60 %.',
    ],
    [
      'clarify',
      { bar: 0.2, asked_before: false, options: ['refund', 'exchange_item'] },
      true,
      'Two intents are plausible, at 20 % or more each: the bot asks whether it is “refund” or “exchange item”.',
    ],
    ['verification_failed', { tries_left: 1 }, false, 'The code was wrong; 1 try is left.'],
    [
      'lookup_failed',
      { lookup: 'shop.order', outcome: 'unavailable', problem: 'HTTP 503' },
      true,
      'The lookup “shop.order” came back with “unavailable”, and the flow has no ending for that: HTTP 503.',
    ],
  ])('%s', (name, inputs, fired, expected) => {
    expect(tell(rule(name, inputs, fired))).toBe(expected);
  });

  it('tells what it does not know in a plain form', () => {
    expect(tell(rule('moon_phase', { phase: 'full', bar: 0.5 }, true))).toBe(
      'The rule “moon phase” applied. It looked at phase "full", bar 0.5.',
    );
    expect(tell(rule('moon_phase', null, false))).toBe('The rule “moon phase” did not apply.');
  });

  it('falls back to the plain form when a rule looked at something else', () => {
    expect(tell(rule('turn_limit', { other: 1 }, true))).toBe(
      'The rule “turn limit” applied. It looked at other 1.',
    );
  });
});
