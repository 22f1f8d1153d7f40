// Sentences for what happens around people: offers, waiting, clocks, and what agents make of suggestions.

import type { Inputs } from './inputs';
import { clock, counted, listed, named, quoted, spoken, timeOfDay, times } from './said';
import { either, type Tellers } from './teller';

export const LINE: Tellers = {
  nobody_there: nobodyThere,
  tell_standing: (inputs, fired) => {
    const phrase = inputs.text('phrase');
    if (!fired) return 'The customer knows that a person is on the way, and does not ask how long it takes.';
    return phrase === undefined
      ? 'The customer has not been told yet that a person is on the way.'
      : `The customer asks (${quoted(phrase)}), and is told how the line stands.`;
  },
  contact_left: (inputs, fired) => {
    if (fired) return 'The customer leaves an address or a number to be reached at.';
    const asked = inputs.number('times');
    return asked === undefined
      ? undefined
      : `It has no address or number in it; the customer has been asked ${times(asked)}.`;
  },
  deferred_handoff: either(
    'The queue has opened, so the handoff that was held back goes to it.',
    'The queue has opened, but a person has the conversation by now, or it has ended.',
  ),
  offer_timed_out: (inputs) => {
    const agent = inputs.text('agent');
    return agent && `${agent} did not take the offer in time, so it goes to the next.`;
  },
  agent_gone: (inputs) => {
    const agent = inputs.text('agent');
    const [gone, waiting] = [inputs.text('gone_since'), inputs.text('waiting_since')];
    if (!agent || !gone || !waiting) return undefined;
    return `${agent} is gone since ${timeOfDay(gone)} and the customer has waited since ${timeOfDay(waiting)}: back to the queue.`;
  },
  not_accepted_in_time: (inputs, fired) => {
    if (fired) return 'Nobody has accepted the handoff in time: it moves up, and the customer is told.';
    const owner = inputs.text('owner');
    return (
      owner &&
      `The time to accept is over, which matters no more: the conversation is not waiting (${spoken(owner)}).`
    );
  },
  suggestion_taken: suggestionTaken,
  sla_alarm: either(
    'This timer was set for a clock; what rang, if anything did, is told below.',
    'This timer was not set for a clock.',
  ),
  sla_warning: (inputs) => rings(inputs, (what, due) => `Time runs out for ${what}: it is due at ${due}.`),
  sla_breached: (inputs) =>
    rings(inputs, (what, due) => `The time for ${what} is over: it was due at ${due}.`),
};

const FALLBACKS: Readonly<Record<string, string>> = {
  wait: 'the customer waits in the queue and is told until when',
  message: 'the customer is asked for an address or a number',
  callback: 'the customer is asked for a number to be called on',
  bot: 'the bot goes on where it can',
};

function nobodyThere(inputs: Inputs, fired: boolean): string | undefined {
  const [open, online, fallback] = [
    inputs.flag('open'),
    inputs.number('agents_online'),
    inputs.text('fallback'),
  ];
  if (open === undefined) return undefined;
  const there = online === undefined ? '' : `, and ${counted(online, 'agent is', 'agents are')} online`;
  if (!fired) return `The queue is ${open ? 'open' : 'closed'}${there}.`;
  const then = fallback === undefined ? undefined : FALLBACKS[fallback];
  return `Nobody is there: the queue is ${open ? 'open' : 'closed'}${there}${then === undefined ? '' : `; ${then}`}.`;
}

const BECAME: Readonly<Record<string, string>> = {
  sent: 'was sent as it is',
  edited: 'was edited and sent',
  ignored: 'was left',
};

function suggestionTaken(inputs: Inputs): string | undefined {
  const became = inputs.each('suggestions').flatMap((one) => {
    const [key, outcome] = [one.text('suggestion'), one.text('outcome')];
    return key && outcome ? [`${named(key)} ${BECAME[outcome] ?? spoken(outcome)}`] : [];
  });
  return became.length === 0
    ? 'The agent was shown no suggestion.'
    : `Of the suggestions, ${listed(became)}.`;
}

function rings(inputs: Inputs, say: (what: string, due: string) => string): string | undefined {
  const [kind, due] = [inputs.text('clock'), inputs.text('due')];
  return kind && due && say(clock(kind), timeOfDay(due));
}
