// Drafts are kept for each conversation, and not for ever.
import { beforeEach, expect, it } from 'vitest';
import { remember, rememberedNames } from '../../app/kept';
import { EMPTY_DRAFT, hasDraft, readDraft, writeDraft } from './drafts';

beforeEach(() => localStorage.clear());

it('reads back what was written, and forgets what is empty', () => {
  writeDraft('a', { text: 'Hello', note: true, suggestion: 's1' }, 1);
  expect(readDraft('a')).toEqual({ text: 'Hello', note: true, suggestion: 's1' });
  expect(hasDraft('a')).toBe(true);
  expect(readDraft('b')).toEqual(EMPTY_DRAFT);
  writeDraft('a', { text: '  ', note: false }, 2);
  expect(hasDraft('a')).toBe(false);
});

it('takes nonsense for no draft', () => {
  remember('draft..a', '{"text":5}');
  expect(readDraft('a')).toEqual(EMPTY_DRAFT);
  remember('draft..a', 'nonsense');
  expect(readDraft('a')).toEqual(EMPTY_DRAFT);
});

it('lets the oldest go', () => {
  for (let at = 1; at <= 70; at += 1) writeDraft(`c${at}`, { text: 'x', note: false }, at);
  expect(rememberedNames('draft.')).toHaveLength(60);
  expect(hasDraft('c10')).toBe(false);
  expect(hasDraft('c11')).toBe(true);
});
