// Lines of the audit log, and lists as they are typed beside it.

import { describe, expect, it } from 'vitest';
import { parseList, shownList } from '../agents/lists';
import { actionOf, actorOf, entriesWith, hasDetail } from './entries';

describe('an entry', () => {
  it('names who and what', () => {
    expect(actorOf('account:ana')).toEqual({ kind: 'account', name: 'ana' });
    expect(actorOf('system')).toEqual({ kind: '', name: 'system' });
    expect(actionOf('session.created')).toBe('session created');
    expect(actionOf('set_bot')).toBe('set bot');
  });

  it('is found by words anywhere in it', () => {
    const entry = {
      at: '',
      actor: 'account:ana',
      action: 'set_bot',
      target: 'bot',
      detail: { enabled: false },
    };
    const other = { ...entry, actor: 'key:key_1', detail: {} };
    expect(entriesWith([entry, other], 'ANA set bot')).toEqual([entry]);
    expect(entriesWith([entry, other], 'enabled')).toEqual([entry]);
    expect(entriesWith([entry, other], ' ')).toHaveLength(2);
    expect(hasDetail({})).toBe(false);
    expect(hasDetail({ enabled: false })).toBe(true);
  });
});

describe('lists', () => {
  it('are read as typed, each once', () => {
    expect(parseList(' returns, repairs;returns ,')).toEqual(['returns', 'repairs']);
    expect(shownList([], 'any')).toBe('any');
  });
});
