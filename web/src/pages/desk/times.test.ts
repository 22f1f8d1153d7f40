// Later is later, and nine is nine.
import { expect, it } from 'vitest';
import { laterTimes, localInput } from './times';

it('names later times', () => {
  const now = new Date(2026, 10, 29, 15, 30).getTime();
  const times = laterTimes(now);
  expect(localInput(times.hour)).toBe('2026-11-29T16:30');
  expect(localInput(times.afternoon)).toBe('2026-11-29T19:30');
  expect(localInput(times.tomorrow)).toBe('2026-11-30T09:00');
  expect(localInput(times.week)).toBe('2026-12-06T09:00');
});
