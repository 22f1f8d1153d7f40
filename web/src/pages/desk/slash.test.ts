// When a slash asks for canned responses.
import { expect, it } from 'vitest';
import { replaced, slashAt } from './slash';

it('asks at the beginning of a line only', () => {
  expect(slashAt('/refund', 7)).toEqual({ start: 0, end: 7, query: 'refund' });
  expect(slashAt('Hello\n/re', 9)).toMatchObject({ start: 6, query: 're' });
  expect(slashAt('/', 1)).toMatchObject({ query: '' });
  expect(slashAt('/refund', 0)).toBeUndefined();
  expect(slashAt('and/or', 6)).toBeUndefined();
  expect(slashAt('/usr/lib', 8)).toBeUndefined();
  expect(slashAt(`/${'x'.repeat(80)}`, 81)).toBeUndefined();
});

it('puts the response in its place', () => {
  expect(replaced('Hello\n/re bye', { start: 6, end: 9, query: 're' }, 'Sure.')).toBe('Hello\nSure. bye');
});
