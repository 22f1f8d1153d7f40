// Lengths of time in words.
import { expect, it } from 'vitest';
import { shortSpan, span } from './clock';

it('says the two largest units', () => {
  expect([0, 45_000, 245_000, 7_800_000, 273_600_000].map(span)).toEqual([
    '0s',
    '45s',
    '4m 05s',
    '2h 10m',
    '3d 4h',
  ]);
  expect(span(-5)).toBe('0s');
  expect(shortSpan(245_000)).toBe('4m');
});
