// The wall's maths: courses, tones, and the order of conversations.

import { describe, expect, it } from 'vitest';
import type { ConversationItemView, WallView } from '../../api/types';
import { heldBy, moodTone, slaTone, waitingTone, worstFirst } from './figures';
import { course, grown, type Sample, sampleOf } from './series';

const WALL: WallView = {
  at: '2026-11-29T10:00:00Z',
  waiting: { count: 2, by_queue: [] },
  sla: { at_risk: 1, breached: 1 },
  mood: { negative_share: 0.25, messages: 4 },
  bot: { conversations: 10, contained: 6, handed_off: 4, share: 0.6 },
  agents: { online: 1, busy: 0, away: 0, wrap_up: 0, offline: 0 },
  open: { bot: 1, queue: 2, agent: 0 },
  resolved_24h: 0,
  csat_24h: { count: 0 },
  alerts: [],
};

function item(id: string, more: Partial<ConversationItemView> = {}): ConversationItemView {
  return {
    id,
    status: 'open',
    owner: 'agent',
    customer: { id: '', name: id, verified: false },
    created_at: '2026-11-29T09:00:00Z',
    updated_at: '2026-11-29T09:00:00Z',
    last_seq: 1,
    clocks: [],
    ...more,
  };
}

const sample = (at: number, waiting = 0): Sample => ({
  at,
  waiting,
  late: 0,
  negative: null,
  contained: null,
});

describe('courses', () => {
  it('take what the wall says, and nothing where nothing was counted', () => {
    expect(sampleOf(WALL)).toEqual({ at: 1795946400, waiting: 2, late: 2, negative: 0.25, contained: 0.6 });
    const quiet = { ...WALL, mood: { messages: 0 } };
    expect(sampleOf(quiet).negative).toBeNull();
  });

  it('keep one sample a second, and the newest 1440', () => {
    let samples: readonly Sample[] = [];
    for (let at = 1; at <= 1500; at += 1) samples = grown(samples, sample(at));
    samples = grown(samples, sample(1500, 7));
    expect(samples).toHaveLength(1440);
    expect(samples.at(-1)).toEqual(sample(1500, 7));
    expect(samples[0]?.at).toBe(61);
  });

  it('begin anew when the clock goes back', () => {
    expect(grown([sample(10), sample(20)], sample(15))).toEqual([sample(15)]);
  });

  it('are columns for a chart', () => {
    expect(course([sample(1, 3), sample(2, 4)], 'waiting')).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('tones', () => {
  it('follow the figures', () => {
    expect(slaTone({ at_risk: 0, breached: 0 })).toBe('calm');
    expect(slaTone({ at_risk: 2, breached: 0 })).toBe('warn');
    expect(slaTone({ at_risk: 2, breached: 1 })).toBe('bad');
    expect(moodTone({ messages: 0 })).toBe('calm');
    expect(moodTone({ negative_share: 0.2, messages: 5 })).toBe('warn');
    expect(moodTone({ negative_share: 0.4, messages: 5 })).toBe('bad');
    expect(waitingTone(WALL)).toBe('warn');
    expect(waitingTone({ ...WALL, agents: { ...WALL.agents, online: 0 } })).toBe('bad');
    expect(waitingTone({ ...WALL, waiting: { count: 0, by_queue: [] } })).toBe('calm');
  });
});

describe('conversations', () => {
  const late = item('late', { clocks: [{ clock: 'resolution', state: 'breached' }] });
  const soon = item('soon', {
    clocks: [{ clock: 'resolution', state: 'running', due: '2026-11-29T10:05:00Z' }],
  });
  const later = item('later', {
    clocks: [{ clock: 'resolution', state: 'running', due: '2026-11-29T11:00:00Z' }],
  });
  const angry = item('angry', { owner: 'bot', mood: { label: 'negative', negative: 0.9, trend: 'steady' } });
  const calm = item('calm', { owner: 'bot', mood: { label: 'neutral', negative: 0.1, trend: 'steady' } });

  it('stand with what is late first, then what is due, then who is unhappy', () => {
    const order = worstFirst([calm, later, angry, late, soon]).map((one) => one.id);
    expect(order).toEqual(['late', 'soon', 'later', 'angry', 'calm']);
  });

  it('are found by holder and by words', () => {
    expect(heldBy([late, angry, calm], 'bot', '').map((one) => one.id)).toEqual(['angry', 'calm']);
    expect(heldBy([late, angry, calm], 'all', ' ANG ').map((one) => one.id)).toEqual(['angry']);
  });
});
