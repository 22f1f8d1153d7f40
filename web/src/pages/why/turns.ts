// What stands around the rules of a turn: what came in, which article was said, and the bars that decided.

import type { HitView, MessageView, TraceView } from '../../api/types';
import { Inputs } from './inputs';
import type { Rule } from './rules';
import { quoted, spoken } from './said';

const INPUTS: Readonly<Record<string, string>> = {
  opened: 'The conversation was opened.',
  customer_message: 'The customer wrote.',
  agent_message: '{agent} wrote.',
  claim: '{agent} took the conversation.',
  release: '{agent} put the conversation back in its queue.',
  transfer: '{agent} passed the conversation on.',
  takeover: '{agent} took the conversation over.',
  resolve: '{agent} resolved the conversation.',
  hand_back: '{agent} handed the conversation back to the bot.',
  accept: '{agent} accepted the offer.',
  decline: '{agent} declined the offer.',
  snooze: '{agent} put the conversation off.',
  offered: 'The conversation was offered to {agent}.',
  agent_gone: '{agent} was gone for too long while the customer waited.',
  rated: 'The customer rated the conversation.',
  lookup_done: 'A lookup came back.',
  code_sent: 'Sending the one-time code came to an end.',
  timer_fired: 'A timer rang.',
};

/** One sentence on what the turn is the answer to. */
export function cameIn(turn: Pick<TraceView, 'input' | 'agent' | 'result'>): string {
  const who = turn.agent?.name || turn.agent?.id || 'An agent';
  const sentence = INPUTS[turn.input] ?? `The input was “${spoken(turn.input)}”.`;
  const outcome = turn.result?.outcome;
  if (outcome !== undefined && turn.input !== 'timer_fired') {
    return `${sentence.slice(0, -1)}: ${spoken(outcome)}.`;
  }
  return sentence.replace('{agent}', who);
}

/** What the input itself says, and what was said to it. */
export function parted(messages: readonly MessageView[]): { heard: MessageView[]; said: MessageView[] } {
  const isReply = (message: MessageView) => message.from === 'bot' || message.from === 'system';
  return { heard: messages.filter((message) => !isReply(message)), said: messages.filter(isReply) };
}

/** Where the bot's words come from, as a sentence; the title of an article where the turn's own search found it. */
export function wordsFrom(message: MessageView, hits: readonly HitView[]): string {
  const source = message.source;
  if (!source) return message.from === 'system' ? 'A notice of the system.' : 'No source is kept with it.';
  switch (source.kind) {
    case 'article': {
      const hit = hits.find((hit) => hit.article === source.article && hit.passage === source.passage);
      const heading = hit?.heading ? `, under ${quoted(hit.heading)}` : '';
      return `Word for word from the article ${quoted(hit?.title ?? source.article)}${heading}.`;
    }
    case 'canned_response':
      return `The canned response ${quoted(source.id)}.`;
    case 'flow':
      return `The line ${quoted(source.reply)} of a flow.`;
    case 'earlier_answer':
      return 'What an agent answered in another conversation.';
    default:
      return 'It has another source.';
  }
}

/** Thresholds under which a turn was decided, as far as its rules name them. */
export interface Bars {
  answer: number | undefined;
  clarify: number | undefined;
}

export function barsOf(rules: readonly Rule[]): Bars {
  const bar = (name: string) => {
    const rule = rules.find((rule) => rule.rule === name);
    return rule && new Inputs(rule.inputs).number('bar');
  };
  return { answer: bar('low_confidence'), clarify: bar('clarify') };
}

/** Whether another threshold can change anything: only what the bot decided of a customer's words can be otherwise. */
export function canBeOtherwise(turn: Pick<TraceView, 'input' | 'reading' | 'rules'>): boolean {
  return turn.reading != null && turn.rules.some((rule) => rule.rule === 'low_confidence');
}

/** The turn that is asked for; without a number, the newest in which the bot decided something. */
export function chosen(turns: readonly TraceView[], version: number | undefined): TraceView | undefined {
  if (version !== undefined) return turns.find((turn) => turn.version === version);
  return turns.findLast((turn) => canBeOtherwise(turn)) ?? turns.at(-1);
}

/** The message by which a turn is known in the label queue: the bot's answer, or else what the customer wrote. */
export function labelled(turn: Pick<TraceView, 'messages'>): string | undefined {
  const { heard, said } = parted(turn.messages);
  const customers = heard.filter((message) => message.from === 'customer');
  const bots = said.filter((message) => message.from === 'bot');
  return (bots.at(-1) ?? customers.at(-1))?.id;
}
