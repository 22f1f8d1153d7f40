// Sentences for what the bot considers of a message: how sure it is, small talk, answers, and asking again.

import { reason } from './ending';
import type { Inputs } from './inputs';
import { counted, listed, named, percent, quoted, spoken, times } from './said';
import { either, type Tellers } from './teller';

export const BOT: Tellers = {
  held_by_people: (inputs, fired) => {
    if (!fired) return 'No person has the conversation, so the bot may answer.';
    return inputs.text('owner') === 'agent'
      ? 'An agent holds the conversation, so the bot stays out of it.'
      : 'The conversation waits for a person, so the bot stays out of it.';
  },
  customer_paused: either(
    'The customer paused, so what they had written was read as one message.',
    'Nobody waits for this pause any more: the customer went on writing, or a person has taken over.',
  ),
  clarification_answered: (inputs, fired) => {
    const [options, picked] = [inputs.texts('options').map(named), inputs.text('picked')];
    if (options.length === 0) return undefined;
    const asked = `The customer had been asked whether they mean ${listed(options, 'or')}`;
    if (!fired) return `${asked}; this picks neither.`;
    return picked && `${asked}, and picked ${named(picked)}.`;
  },
  low_confidence: lowConfidence,
  clarify: (inputs, fired) => {
    const bar = inputs.number('bar');
    if (bar === undefined) return undefined;
    const options = inputs.texts('options').map(named);
    if (fired)
      return `Two intents are plausible, at ${percent(bar)} or more each: the bot asks whether it is ${listed(options, 'or')}.`;
    return inputs.flag('asked_before')
      ? 'The bot has asked “did you mean” in this conversation already, and asks it once.'
      : `There are no two intents at ${percent(bar)} or more that the customer could choose from.`;
  },
  several_requests: (inputs, fired) =>
    fired
      ? `It asks for several things: ${listed(inputs.texts('intents').map(named))}.`
      : 'It does not ask for several things at once.',
  no_words: either('The message has no words in it.', 'The message has words to go by.'),
  goodbye: either('The customer says goodbye, so the bot closes the conversation.', 'It is no goodbye.'),
  small_talk: (inputs, fired) => {
    const [intent, reply] = [inputs.text('intent'), inputs.text('reply')];
    if (intent === undefined) return undefined;
    if (!fired) return `${named(intent)} is no small talk.`;
    return reply && `${named(intent)} is small talk, answered with the canned response ${quoted(reply)}.`;
  },
  says_too_little: (inputs, fired) => {
    const intent = inputs.text('intent');
    if (intent === undefined) return undefined;
    return fired
      ? `${named(intent)} says too little to act on, so the bot asks.`
      : `${named(intent)} says enough to act on.`;
  },
  not_helped: (inputs, fired) => {
    const phrase = inputs.text('phrase');
    if (fired) return phrase && `${quoted(phrase)}: the customer says that the last answer did not help.`;
    return phrase === undefined
      ? 'The customer does not say that an answer failed to help.'
      : `The customer says ${quoted(phrase)}, but nothing had been answered before.`;
  },
  no_answer: noAnswer,
  same_answer_again: either(
    'It is the very answer that was given last, which did not settle it.',
    'It is not the answer that was given last.',
  ),
  handed_back: (inputs, fired) => {
    const reasons = listed(inputs.texts('reasons').map(reason));
    if (reasons === '') return undefined;
    return fired
      ? `An agent has handed the conversation back that was given away for this very reason (${reasons}): the bot asks for other words first, once.`
      : `An agent has handed the conversation back before, but ${reasons} goes to a person all the same.`;
  },
  repeated_failure: (inputs, fired) => {
    const [failures, limit] = [inputs.number('failures'), inputs.number('limit')];
    if (failures === undefined || limit === undefined) return undefined;
    const row = failures === 1 ? 'this time' : `${times(failures)} in a row`;
    return fired
      ? `The bot could not help ${row}, and ${limit} is the limit.`
      : `The bot could not help ${row}; at ${limit} in a row a person takes over.`;
  },
};

function lowConfidence(inputs: Inputs, fired: boolean): string | undefined {
  const [top, bar] = [inputs.each('intents')[0], inputs.number('bar')];
  const [name, confidence] = [top?.text('name'), top?.number('confidence')];
  if (name === undefined || confidence === undefined || bar === undefined) {
    return fired && top === undefined ? 'No intent could be read.' : undefined;
  }
  return fired
    ? `The likeliest intent is ${named(name)} at ${percent(confidence)}, below the ${percent(bar)} that the bot needs to act on it.`
    : `The bot is sure enough of ${named(name)}: ${percent(confidence)}, and it needs ${percent(bar)}.`;
}

function noAnswer(inputs: Inputs, fired: boolean): string | undefined {
  const [best, chosen, hits] = [inputs.inner('best'), inputs.inner('chosen'), inputs.number('hits')];
  if (hits === undefined) return undefined;
  if (!fired) {
    const [article, score] = [chosen?.text('article'), chosen?.number('score')];
    if (article === undefined || score === undefined) return undefined;
    const link = chosen?.flag('linked') ? '; the article is written for this intent' : '';
    return `A passage of the article ${quoted(article)} answers it with a chance of ${percent(score)}, which is enough${link}.`;
  }
  const [article, score] = [best?.text('article'), best?.number('score')];
  if (article === undefined || score === undefined) return 'The search found no passage.';
  const found = `${counted(hits, 'passage')} ${hits === 1 ? 'was' : 'were'} found`;
  return `${found}, but none fits well enough for customers: the best is of ${quoted(article)}, at ${percent(score)} for ${spoken(inputs.text('intent') ?? 'it')}.`;
}
