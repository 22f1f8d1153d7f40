// Hashes are read, made and matched.
import { expect, it } from 'vitest';
import { href, match, readPlace } from './router';

it('reads a hash with a query', () => {
  const place = readPlace('#/setup?token=a%2Bb');
  expect(place.parts).toEqual(['setup']);
  expect(place.query.get('token')).toBe('a+b');
  expect(readPlace('').parts).toEqual([]);
});

it('takes a broken escape as it stands', () => {
  expect(readPlace('#/desk/%E0%A4%A').parts).toEqual(['desk', '%E0%A4%A']);
});

it('makes what it reads', () => {
  expect(readPlace(href('why', 'a/b', 3)).parts).toEqual(['why', 'a/b', '3']);
});

it('matches patterns', () => {
  expect(match('why/{id}/{version}', ['why', 'c', '3'])).toEqual(['c', '3']);
  expect(match('why/{id}', ['why', 'c', '3'])).toBeUndefined();
  expect(match('desk', ['wall'])).toBeUndefined();
});
