// A point in time as people read it: near ones by the clock, others with the day; the whole of it on hover.

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const WHOLE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** Today's by the clock, others with the day. */
export function shortMoment(instant: string, now: Date): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return at.toDateString() === now.toDateString() ? TIME.format(at) : DAY.format(at);
}

export function Moment({ at }: { at: string }) {
  const date = new Date(at);
  const whole = Number.isNaN(date.getTime()) ? at : WHOLE.format(date);
  return (
    <time dateTime={at} title={whole}>
      {shortMoment(at, new Date())}
    </time>
  );
}

/** A span in its two largest units: "45 s", "4 min", "1 h 05 min", "2 d 3 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
