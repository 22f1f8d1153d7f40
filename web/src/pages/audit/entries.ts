// What an entry of the audit log says, as a line. Pure.

import { spoken } from '../why/said';

/** "account:ana" is the account ana; "key:key_…" an API key; "system" the server itself. */
export function actorOf(actor: string): { kind: string; name: string } {
  const at = actor.indexOf(':');
  if (at < 0) return { kind: '', name: actor };
  return { kind: actor.slice(0, at), name: actor.slice(at + 1) };
}

/** `session.created` is “session created”; an operation's id is spoken as it is. */
export function actionOf(action: string): string {
  return spoken(action.replaceAll('.', ' '));
}

export interface Entry {
  at: string;
  actor: string;
  action: string;
  target: string;
  detail: unknown;
  address?: string | null;
}

/** Every typed word is somewhere in the entry. */
export function entriesWith<E extends Entry>(entries: readonly E[], typed: string): E[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return entries.filter((entry) => {
    const parts = [entry.actor, entry.action, actionOf(entry.action), entry.target, entry.address ?? ''];
    const text = `${parts.join(' ')} ${JSON.stringify(entry.detail ?? '')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Whether there is anything to unfold. */
export function hasDetail(detail: unknown): boolean {
  if (detail === null || detail === undefined || detail === '') return false;
  return typeof detail !== 'object' || Object.keys(detail).length > 0;
}
