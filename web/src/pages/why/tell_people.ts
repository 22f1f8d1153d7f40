// Sentences for the rules that call for a person, in the order in which they are considered.

import type { Inputs } from './inputs';
import { language, listed, named, percent, quoted } from './said';
import type { Tellers } from './teller';

export const PEOPLE: Tellers = {
  urgent: (inputs, fired) => {
    const phrase = inputs.text('phrase');
    if (!fired) return 'Nothing in it is on the policy’s list of urgent phrases.';
    return phrase && `It says ${quoted(phrase)}, which the policy counts as urgent.`;
  },
  asked_for_human: askedForHuman,
  sensitive_topic: (inputs, fired) => {
    const [topic, phrase] = [inputs.text('topic'), inputs.text('phrase')];
    if (!fired) return 'No sensitive topic is mentioned.';
    return (
      topic && phrase && `It says ${quoted(phrase)}, which belongs to the sensitive topic ${named(topic)}.`
    );
  },
  negative_sentiment: mood,
  unsupported_language: (inputs, fired) => {
    const found = inputs.inner('language');
    const code = found?.text('code');
    const sure = found?.number('confidence');
    if (code === undefined || sure === undefined)
      return fired ? undefined : 'The message is too short to tell its language.';
    return fired
      ? `It is written in ${language(code)} (${percent(sure)} sure), which the bot does not answer in.`
      : `It reads as ${language(code)} (${percent(sure)} sure), which is no reason to hand off.`;
  },
  unavailable: (inputs, fired) => {
    const fault = inputs.text('fault');
    if (!fired) return 'Every part of the engine answered.';
    return fault && `A part of the engine failed: ${fault}.`;
  },
  out_of_scope: (inputs, fired) => {
    const intent = inputs.text('intent');
    if (fired) return 'It is surely about something that this business does not deal with.';
    return intent === undefined
      ? 'No intent was sure, so none was out of scope.'
      : `${named(intent)} is in scope.`;
  },
  policy: (inputs, fired) => {
    const intent = inputs.text('always_human');
    if (fired) return intent && `The policy always sends ${named(intent)} to a person.`;
    return intent === undefined
      ? 'No intent was sure, so no rule of the policy sends it to a person.'
      : `The policy lets the bot deal with ${named(intent)}.`;
  },
  turn_limit: (inputs, fired) => {
    const [turns, limit] = [inputs.number('turns'), inputs.number('limit')];
    if (turns === undefined || limit === undefined) return undefined;
    return fired
      ? `It is message ${turns} of this conversation, and the bot goes on for at most ${limit}.`
      : `It is message ${turns}; the bot goes on for at most ${limit}.`;
  },
  bot_switched_off: botSwitchedOff,
  customer_tier: customerTier,
};

function askedForHuman(inputs: Inputs, fired: boolean): string | undefined {
  const [phrase, confidence, bar] = [
    inputs.text('phrase'),
    inputs.number('confidence'),
    inputs.number('bar'),
  ];
  if (phrase !== undefined) return `It says ${quoted(phrase)}, which asks for a person.`;
  if (bar === undefined) return undefined;
  if (confidence === undefined)
    return fired ? undefined : 'It neither says nor reads like a wish for a person.';
  return fired
    ? `It reads like a wish for a person, at ${percent(confidence)}; ${percent(bar)} is enough.`
    : `It has no phrase that asks for a person and reads like such a wish at ${percent(confidence)}, below ${percent(bar)}.`;
}

function mood(inputs: Inputs, fired: boolean): string | undefined {
  const [now, barNow] = [inputs.number('now'), inputs.number('bar_now')];
  const [average, barAverage] = [inputs.number('conversation'), inputs.number('bar_conversation')];
  if (barNow === undefined || barAverage === undefined) return undefined;
  if (fired && now !== undefined && now >= barNow) {
    return `The customer is unhappy with this: ${percent(now)}, at or above the bar of ${percent(barNow)}.`;
  }
  if (fired) {
    return average === undefined
      ? undefined
      : `Over the newest messages the customer is unhappy: ${percent(average)} on average, at or above the bar of ${percent(barAverage)}.`;
  }
  if (now === undefined) return 'No mood could be read of it.';
  const onAverage =
    average === undefined
      ? ''
      : ` On average of the newest messages it is ${percent(average)}, below ${percent(barAverage)}.`;
  return `The chance that the customer is unhappy is ${percent(now)}, below the bar of ${percent(barNow)}.${onAverage}`;
}

/** What the customer is worth, considered once there is a reason for a person. */
function customerTier(inputs: Inputs, fired: boolean): string | undefined {
  const [tier, ofTier, ofReasons] = [inputs.text('tier'), inputs.text('of_tier'), inputs.text('of_reasons')];
  if (tier === undefined || ofReasons === undefined) return undefined;
  if (ofTier === undefined) {
    return fired
      ? undefined
      : `The customer’s tier is ${quoted(tier)}, of which the policy says nothing: the priority stays ${ofReasons}.`;
  }
  return fired
    ? `The customer’s tier is ${quoted(tier)}, so the priority is ${ofTier} and not ${ofReasons}.`
    : `The customer’s tier is ${quoted(tier)}, which asks for ${ofTier}: the priority is ${ofReasons} already.`;
}

/** The whole bot, or some intents: which, stands in what the rule looked at. */
function botSwitchedOff(inputs: Inputs, fired: boolean): string {
  const intents = inputs.texts('intents').map(named);
  if (!fired) return 'The bot is switched on, for this as well.';
  return intents.length === 0
    ? 'A supervisor has switched the bot off, so a person takes over.'
    : `A supervisor has switched the bot off for ${listed(intents)}, so a person takes over.`;
}
