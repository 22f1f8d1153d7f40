// Sentences for flows: their questions, what customers answer, lookups, and proofs of identity.

import type { Inputs } from './inputs';
import { counted, named, quoted, spoken, timeOfDay, times } from './said';
import { either, type Tellers } from './teller';

export const FLOW: Tellers = {
  flow_started: (inputs) => {
    const [flow, intent] = [inputs.text('flow'), inputs.text('intent')];
    return flow && intent && `The flow ${named(flow)} begins, for ${named(intent)}.`;
  },
  flow_changed: (inputs) => {
    const flow = inputs.text('flow');
    return flow && `The file of the flow ${named(flow)} has changed since, so it begins again.`;
  },
  answers_flow: (inputs, fired) => {
    const [flow, wanted] = [inputs.text('flow'), waitsFor(inputs.inner('waits_for'))];
    if (flow === undefined) return undefined;
    return fired
      ? `The flow ${named(flow)} had asked for ${wanted}, and this answers it.`
      : `The flow ${named(flow)} waits for ${wanted}, and this does not give it.`;
  },
  flow_cancelled: (inputs, fired) => {
    const phrase = inputs.text('phrase');
    if (!fired) return 'The customer does not call the request off.';
    return phrase && `${quoted(phrase)}: the customer calls the request off.`;
  },
  slot_filled: (inputs) => {
    const [slot, value] = [inputs.text('slot'), inputs.text('value')];
    if (slot === undefined || value === undefined) return undefined;
    return inputs.flag('corrected')
      ? `The ${spoken(slot)} is corrected to ${quoted(value)}.`
      : `The ${spoken(slot)} is ${quoted(value)}.`;
  },
  confirmed: (inputs, fired) => {
    if (fired) return 'The customer says yes.';
    return inputs.flag('answer') === false ? 'The customer says no.' : 'It is neither a yes nor a no.';
  },
  follow_up: (inputs, fired) => {
    const last = inputs.text('last_flow');
    if (fired) return last && `It asks for the same again, about something else: ${named(last)}.`;
    return last === undefined
      ? 'No request has ended before that this could go on with.'
      : `It does not go on with ${named(last)}, which has ended.`;
  },
  asked_too_often: (inputs, fired) => {
    const [what, asked, limit] = [inputs.text('for'), inputs.number('asked'), inputs.number('limit')];
    if (what === undefined || asked === undefined || limit === undefined) return undefined;
    if (asked === 0) return `The ${spoken(what)} has not been asked for yet; it may be, ${limit} times.`;
    const before = `The ${spoken(what)} has been asked for ${times(asked)}`;
    return fired ? `${before}, and ${limit} is the limit.` : `${before} before; ${limit} is the limit.`;
  },
  awaited: either(
    'The flow waits for this result.',
    'Nobody waits for this result any more: it is written down and changes nothing.',
  ),
  lookup_failed: lookupFailed,
  verification_failed: verificationFailed,
  code_expired: (inputs, fired) => {
    const at = inputs.text('expires_at');
    if (at === undefined) return undefined;
    return fired
      ? `The code had run out at ${timeOfDay(at)}, so a new one is sent.`
      : `The code is good until ${timeOfDay(at)}.`;
  },
  code_right: either('The code is right: the customer is proven to be who they say.', 'The code is wrong.'),
  proof_expired: (inputs) => {
    const until = inputs.text('proven_until');
    return (
      until && `The proof of identity had run out at ${timeOfDay(until)}: the customer has to prove it again.`
    );
  },
};

function waitsFor(wait: Inputs | undefined): string {
  const of = wait?.text('of');
  switch (wait?.text('kind')) {
    case 'slot':
      return `the ${spoken(of ?? 'value')}`;
    case 'confirmation':
      return 'a yes or a no';
    case 'code':
      return 'the one-time code';
    case 'task':
      return 'a lookup';
    default:
      return 'nothing in particular';
  }
}

/** Of a lookup, of sending a code, and of a line of the flow that could not be written. */
function lookupFailed(inputs: Inputs, fired: boolean): string | undefined {
  const [lookup, outcome, problem] = [inputs.text('lookup'), inputs.text('outcome'), inputs.text('problem')];
  if (outcome === undefined) {
    return fired && problem !== undefined ? `The flow could not go on: ${problem}.` : undefined;
  }
  const because = problem === undefined ? '' : `: ${problem}`;
  if (lookup === undefined) {
    return fired
      ? `The one-time code could not be sent${because}.`
      : 'The one-time code is on its way, if the company knows the customer.';
  }
  if (fired)
    return `The lookup ${quoted(lookup)} came back with ${named(outcome)}, and the flow has no ending for that${because}.`;
  return outcome === 'ok'
    ? `The lookup ${quoted(lookup)} came back with what was asked for.`
    : `The lookup ${quoted(lookup)} came back with ${named(outcome)}, for which the flow has an ending.`;
}

/** Before a lookup, before a code is sent, and after a wrong code. */
function verificationFailed(inputs: Inputs, fired: boolean): string | undefined {
  const [lookup, sends, limit, left] = [
    inputs.text('lookup'),
    inputs.number('sends'),
    inputs.number('limit'),
    inputs.number('tries_left'),
  ];
  if (lookup !== undefined) {
    if (fired)
      return `The lookup ${quoted(lookup)} shows account data, and nobody has proven who they are: nothing is asked.`;
    return inputs.flag('private')
      ? `The lookup ${quoted(lookup)} shows account data, and the customer has proven who they are.`
      : `The lookup ${quoted(lookup)} shows no account data, so no proof is needed.`;
  }
  if (sends !== undefined && limit !== undefined) {
    return fired
      ? `${counted(sends, 'code')} have been sent, and ${limit} is the limit.`
      : `A one-time code may be sent: ${sends} of at most ${limit} so far.`;
  }
  if (left === undefined) return undefined;
  return fired
    ? 'The code was wrong, and no try is left.'
    : `The code was wrong; ${counted(left, 'try is', 'tries are')} left.`;
}
