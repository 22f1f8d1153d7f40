// How a turn came out, in words: its action, and the reasons for which conversations go to people.

import { listed } from './said';

const REASONS: Readonly<Record<string, string>> = {
  urgent: 'it is urgent',
  asked_for_human: 'the customer asked for a person',
  sensitive_topic: 'the topic is sensitive',
  negative_sentiment: 'the customer is unhappy',
  unsupported_language: 'the bot does not speak the language',
  unavailable: 'a part of the engine failed',
  out_of_scope: 'it is nothing that the bot deals with',
  policy: 'the business wants a person to do it',
  repeated_failure: 'the bot did not help several times in a row',
  turn_limit: 'it went on for too long',
  verification_failed: 'the customer could not prove who they are',
  lookup_failed: 'a lookup failed',
  low_confidence: 'the bot was not sure what is meant',
  no_answer: 'nothing that the business wrote answers it',
};

/** A clause: "the customer is unhappy". */
export function reason(name: string): string {
  return REASONS[name] ?? name.replaceAll('_', ' ');
}

export function isReason(name: string): boolean {
  return Object.hasOwn(REASONS, name);
}

const ACTIONS: Readonly<Record<string, string>> = {
  answer: 'The bot answered.',
  ask: 'The bot asked the customer for more.',
  clarify: 'The bot asked which of two things is meant.',
  handoff: 'The conversation went to people.',
  wait: 'The bot waits for a result before it answers.',
  close: 'The bot closed the conversation.',
  relay: 'It was passed on to whoever has the conversation, or waits with it.',
  transition: 'The conversation changed hands or state.',
  record: 'It was written down, and nothing else came of it.',
};

/** One sentence; `because` is the weightiest reason of a handoff. */
export function ending(action: string, because?: string): string {
  if (action === 'handoff' && because !== undefined)
    return `The conversation went to people, because ${reason(because)}.`;
  return ACTIONS[action] ?? `It came out as “${action}”.`;
}

/** Two or three words for a list of turns. */
const SHORT: Readonly<Record<string, string>> = {
  answer: 'answered',
  ask: 'asked',
  clarify: 'asked which',
  handoff: 'handed off',
  wait: 'waits',
  close: 'closed',
  relay: 'passed on',
  transition: 'changed hands',
  record: 'noted',
};

export function shortEnding(action: string): string {
  return SHORT[action] ?? action;
}

export function becauseOf(reasons: readonly string[]): string {
  return listed(reasons.map(reason));
}
