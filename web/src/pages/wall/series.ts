// The course of the wall's figures since the page was opened, kept in memory only.

import type { WallView } from '../../api/types';

export interface Sample {
  /** Unix seconds, by the server's clock. */
  at: number;
  waiting: number;
  late: number;
  /** Shares of 1; `null` where nothing was counted. */
  negative: number | null;
  contained: number | null;
}

export function sampleOf(wall: WallView): Sample {
  return {
    at: Math.floor(Date.parse(wall.at) / 1000),
    waiting: wall.waiting.count,
    late: wall.sla.at_risk + wall.sla.breached,
    negative: wall.mood.negative_share ?? null,
    contained: wall.bot.share ?? null,
  };
}

/** Four hours of one look every ten seconds. */
const SAMPLES_MAX = 1440;

/** With the sample added: one of the same second takes the place of the one before, and the oldest go. */
export function grown(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const before = samples.at(-1);
  // A server whose clock was set back begins a new course; a chart's time only runs forward.
  if (before !== undefined && sample.at < before.at) return [sample];
  const kept = before?.at === sample.at ? samples.slice(0, -1) : samples;
  return [...kept, sample].slice(-SAMPLES_MAX);
}

export type Figure = 'waiting' | 'late' | 'negative' | 'contained';

/** As a chart takes them: times, and the figure at each. */
export function course(samples: readonly Sample[], figure: Figure): [number[], (number | null)[]] {
  return [samples.map((sample) => sample.at), samples.map((sample) => sample[figure])];
}
