// Which rows of a long list are drawn.
import { expect, it } from 'vitest';
import { windowOf } from './virtual_list';

it('draws what is in sight and a little more', () => {
  expect(windowOf(0, 600, 60, 2000)).toEqual({ first: 0, end: 18 });
  expect(windowOf(6000, 600, 60, 2000)).toEqual({ first: 92, end: 118 });
});

it('ends with the list, also where the list has become shorter than the scroll', () => {
  expect(windowOf(119_400, 600, 60, 2000)).toEqual({ first: 1982, end: 2000 });
  expect(windowOf(6000, 600, 60, 3)).toEqual({ first: 3, end: 3 });
  expect(windowOf(0, 600, 60, 0)).toEqual({ first: 0, end: 0 });
});
