// The title says how much is new.
import { expect, it } from 'vitest';
import { titled } from './news';

it('counts in the title', () => {
  expect([titled('Desk', 0), titled('Desk', 3)]).toEqual(['Desk', '(3) Desk']);
});
