// What an agent does with a conversation. Each is one request; what went wrong is said at the conversation.
import { post } from '../../api/client';
import { go, href } from '../../app/router';
import { chatOf, inLine } from './desk';
import { actionProblems, dialog } from './face';
import { refreshPresence } from './presence';

export type Act =
  | { name: 'accept' | 'decline' | 'claim' | 'release' | 'hand_back' | 'take_over' }
  | { name: 'transfer'; queue: string }
  | { name: 'transfer'; to_agent: string }
  | { name: 'snooze'; until: string }
  | { name: 'resolve'; reason: string };

/** Whether it was done. */
export async function act(id: string, what: Act): Promise<boolean> {
  try {
    await request(id, what);
    actionProblems.value = { ...actionProblems.value, [id]: undefined };
  } catch (error) {
    actionProblems.value = { ...actionProblems.value, [id]: error };
    chatOf(id).refreshSoon();
    return false;
  }
  dialog.value = undefined;
  chatOf(id).refreshSoon();
  refreshPresence();
  if (what.name === 'accept' || what.name === 'claim') go(href('desk', id));
  return true;
}

/** Claims the first in line. Whether there is one. */
export function takeNext(): boolean {
  const next = inLine.value.find((item) => !item.offer);
  if (next) void act(next.id, { name: 'claim' });
  return next !== undefined;
}

function request(id: string, what: Act): Promise<unknown> {
  const path = { id };
  const plain = { path, body: {} };
  switch (what.name) {
    case 'accept':
      return post('/v1/conversations/{id}/accept', plain);
    case 'decline':
      return post('/v1/conversations/{id}/decline', plain);
    case 'claim':
      return post('/v1/conversations/{id}/claim', plain);
    case 'release':
      return post('/v1/conversations/{id}/release', plain);
    case 'hand_back':
      return post('/v1/conversations/{id}/handback', plain);
    case 'take_over':
      return post('/v1/conversations/{id}/takeover', plain);
    case 'transfer':
      return post('/v1/conversations/{id}/transfer', {
        path,
        body: 'queue' in what ? { queue: what.queue } : { to_agent: what.to_agent },
      });
    case 'snooze':
      return post('/v1/conversations/{id}/snooze', { path, body: { until: what.until } });
    case 'resolve':
      return post('/v1/conversations/{id}/resolve', { path, body: { reason: what.reason } });
  }
}
