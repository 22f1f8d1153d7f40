// What switching the bot will do, said before it is done. Pure.

import { counted, listed, named } from '../why/said';

export interface Setting {
  enabled: boolean;
  intents_off: readonly string[];
}

/** How many conversations are where; `undefined` where it is not known. */
export interface Now {
  bot: number;
  queue: number;
}

/** One sentence each, the weightiest first; none where nothing changes. */
export function effect(before: Setting, after: Setting, now: Now | undefined): string[] {
  if (before.enabled && !after.enabled) return switchedOff(now);
  const off = after.intents_off.filter((intent) => !before.intents_off.includes(intent));
  const on = before.intents_off.filter((intent) => !after.intents_off.includes(intent));
  const sentences: string[] = [];
  if (!before.enabled && after.enabled) sentences.push(...switchedOn(after));
  if (off.length > 0) {
    sentences.push(
      `From the next message on, the bot does not act on ${listed(off.map(named))}: such a request goes to people, with the reason “policy”.`,
      'Everything else it goes on answering. A flow that has begun for such a request ends with a handoff.',
    );
  }
  if (on.length > 0)
    sentences.push(`From the next message on, the bot answers ${listed(on.map(named))} again.`);
  return sentences;
}

function switchedOff(now: Now | undefined): string[] {
  const sentences = [
    'From the next message on, the bot answers nobody: whatever it would have said becomes a handoff to people, with the reason “policy”.',
  ];
  if (now !== undefined) {
    sentences.push(
      now.bot === 0
        ? 'No open conversation is with the bot now.'
        : `${counted(now.bot, 'open conversation is', 'open conversations are')} with the bot now; each goes to people when its customer writes next, or when what it waits for comes back.`,
      now.queue === 0
        ? 'Nobody waits in a queue now.'
        : `${counted(now.queue, 'customer waits', 'customers wait')} in the queues already.`,
    );
  }
  sentences.push(
    'Conversations in a queue or with an agent stay where they are. The switch stays off when the server starts again.',
  );
  return sentences;
}

function switchedOn(after: Setting): string[] {
  const but = after.intents_off.length === 0 ? '' : `, except for ${listed(after.intents_off.map(named))}`;
  return [
    `From the next message on, the bot answers again${but}.`,
    'Conversations that went to people meanwhile stay with them.',
  ];
}
