// When something that was put off comes back. Pure.

/** Milliseconds since 1970, by name; "at nine" is nine o'clock where the agent is. */
export function laterTimes(now: number): { hour: number; afternoon: number; tomorrow: number; week: number } {
  const nine = (days: number) => {
    const day = new Date(now);
    day.setDate(day.getDate() + days);
    day.setHours(9, 0, 0, 0);
    return day.getTime();
  };
  return { hour: now + 3_600_000, afternoon: now + 4 * 3_600_000, tomorrow: nine(1), week: nine(7) };
}

/** As a `datetime-local` field takes it: local time, to the minute. */
export function localInput(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
