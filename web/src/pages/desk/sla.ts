// What the clocks of a conversation mean for whoever looks at it: the one that matters, and how long there is. Pure.
import type { ClockView } from '../../api/types';
import { shortSpan, span } from '../../parts/clock';

export interface Countdown {
  clock: string;
  text: string;
  tone: 'plain' | 'warn' | 'danger';
}

/** From here on a countdown is a warning, in milliseconds. */
const SOON = 120_000;

/** The clock that is over, or runs out first; undefined when none runs. */
export function pressing(clocks: readonly ClockView[]): ClockView | undefined {
  const rank = (clock: ClockView) => (clock.state === 'breached' ? 0 : Date.parse(clock.due ?? ''));
  const live = clocks.filter(
    (clock) => clock.state === 'breached' || (clock.state === 'running' && clock.due),
  );
  return live.sort((a, b) => rank(a) - rank(b))[0];
}

/** `now` in milliseconds. A clock whose time is over is overdue also before the engine has said so. */
export function countdown(clocks: readonly ClockView[], now: number, short = false): Countdown | undefined {
  const clock = pressing(clocks);
  if (!clock) return undefined;
  const left = clock.due ? Date.parse(clock.due) - now : Number.NEGATIVE_INFINITY;
  const length = short ? shortSpan : span;
  if (clock.state === 'breached' || left <= 0) {
    const late = Number.isFinite(left) ? ` ${length(-left)}` : '';
    return { clock: clock.clock, text: `overdue${late}`, tone: 'danger' };
  }
  return { clock: clock.clock, text: length(left), tone: left <= SOON ? 'warn' : 'plain' };
}
