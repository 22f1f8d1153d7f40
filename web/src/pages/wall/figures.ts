// What the wall's figures mean: how long, how bad, and which conversation to look at first. Pure.

import type { ConversationItemView, WallView } from '../../api/types';

export type Tone = 'calm' | 'warn' | 'bad';

/** Of the clocks of all conversations. */
export function slaTone(sla: WallView['sla']): Tone {
  if (sla.breached > 0) return 'bad';
  return sla.at_risk > 0 ? 'warn' : 'calm';
}

const NEGATIVE_WARN = 0.2;
const NEGATIVE_BAD = 0.4;

/** Of the share of unhappy messages in the last hour. */
export function moodTone(mood: WallView['mood']): Tone {
  const share = mood.negative_share ?? 0;
  if (share < NEGATIVE_WARN) return 'calm';
  return share < NEGATIVE_BAD ? 'warn' : 'bad';
}

/** Somebody waits and nobody is there to take it. */
export function waitingTone(wall: Pick<WallView, 'waiting' | 'agents'>): Tone {
  if (wall.waiting.count === 0) return 'calm';
  return wall.agents.online === 0 ? 'bad' : 'warn';
}

export function percentOrDash(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${Math.round(value * 100)} %`;
}

/** The worst of its clocks: 0 late, 1 runs, 2 none. */
export function urgency(item: Pick<ConversationItemView, 'clocks'>): number {
  if (item.clocks.some((clock) => clock.state === 'breached')) return 0;
  return item.clocks.some((clock) => clock.state === 'running') ? 1 : 2;
}

/** When the next thing is due, in milliseconds; infinite where nothing is. */
export function dueAt(item: Pick<ConversationItemView, 'clocks'>): number {
  const dues = item.clocks.flatMap((clock) => (clock.due ? [Date.parse(clock.due)] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...dues);
}

/** What needs a supervisor's eye first: what is late, then what is due soonest, then who is unhappiest. */
export function worstFirst(items: readonly ConversationItemView[]): ConversationItemView[] {
  const negative = (item: ConversationItemView) => item.mood?.negative ?? 0;
  return [...items].sort((a, b) => {
    const order = urgency(a) - urgency(b);
    if (order !== 0) return order;
    const [dueA, dueB] = [dueAt(a), dueAt(b)];
    // Two infinities have no difference.
    if (dueA !== dueB) return dueA < dueB ? -1 : 1;
    return negative(b) - negative(a) || a.updated_at.localeCompare(b.updated_at);
  });
}

export type Holder = 'all' | 'agent' | 'queue' | 'bot';

export function heldBy(
  items: readonly ConversationItemView[],
  holder: Holder,
  text: string,
): ConversationItemView[] {
  const wanted = text.trim().toLowerCase();
  return items.filter((item) => {
    if (holder !== 'all' && item.owner !== holder) return false;
    if (wanted === '') return true;
    const words = [item.customer.name, item.agent?.name, item.queue, item.last_message?.text, item.id];
    return words.some((word) => word?.toLowerCase().includes(wanted));
  });
}
