// One ticking second for every time on the page, and times as people read them.
import { signal } from '@preact/signals';

/** Milliseconds since 1970; moves each second while the page is looked at. */
export const now = signal(Date.now());

/** Starts the ticking; gives back what ends it. */
export function tick(): () => void {
  const move = () => {
    if (document.visibilityState === 'visible') now.value = Date.now();
  };
  const timer = setInterval(move, 1000);
  document.addEventListener('visibilitychange', move);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', move);
  };
}

/** A length of time in its two largest units: `45s`, `4m 05s`, `2h 10m`, `3d 4h`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`;
}

/** The same in one unit, for narrow places: `45s`, `4m`, `2h`, `3d`. */
export function shortSpan(milliseconds: number): string {
  return span(milliseconds).split(' ', 1)[0] ?? '';
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const fullTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** Today the time alone, before that with the day. */
export function moment(at: number, today: number): string {
  const sameDay = new Date(at).toDateString() === new Date(today).toDateString();
  return (sameDay ? clockTime : dayTime).format(at);
}

export function fullMoment(at: number): string {
  return fullTime.format(at);
}
