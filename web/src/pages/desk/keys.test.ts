// Keys mean what the sheet says, and letters stay letters while one writes.
import { expect, it } from 'vitest';
import { BINDINGS, commandOf, nameOf } from './keys';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  nameOf({ key, altKey: false, ctrlKey: false, metaKey: false, code: '', ...more });

it('gives every key one meaning', () => {
  const keys = BINDINGS.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
  for (const binding of BINDINGS) {
    for (const key of binding.keys) expect(commandOf(key, false)).toBe(binding.command);
  }
});

it('leaves letters alone while one writes', () => {
  expect(commandOf(press('e'), true)).toBeUndefined();
  expect(commandOf(press(']'), true)).toBeUndefined();
  expect(commandOf(press('3'), true)).toBeUndefined();
  expect(commandOf(press('Escape'), true)).toBe('leave');
  expect(commandOf(press('ArrowDown', { altKey: true }), true)).toBe('next_chat');
  expect(commandOf(press('ArrowDown'), true)).toBeUndefined();
});

it('takes suggestions by number, with Alt while one writes', () => {
  expect(commandOf(press('3'), false)).toBe('suggestion_3');
  expect(commandOf(press('£', { altKey: true, code: 'Digit3' }), true)).toBe('suggestion_3');
  expect(commandOf(press('0'), false)).toBeUndefined();
});

it('does not take the browser’s own keys', () => {
  expect(commandOf(press('f', { ctrlKey: true }), false)).toBeUndefined();
  expect(commandOf(press('r', { metaKey: true }), false)).toBeUndefined();
});
