// Whether this agent is there, as routing sees it: said at once when chosen, and repeated as a heartbeat.
import { signal } from '@preact/signals';
import { post } from '../../api/client';
import { asProblem } from '../../api/problem';
import type { AgentStateView } from '../../api/types';
import { me } from '../../app/session';
import { toastProblem } from '../../app/toasts';

export const PRESENCES = ['online', 'busy', 'away', 'wrap_up', 'offline'] as const;
export type Presence = (typeof PRESENCES)[number];

/** Null for somebody who is no registered agent. */
export const state = signal<AgentStateView | null | undefined>(undefined);

const BEAT_MS = 15_000;
const WRAP_UP_SECONDS = 300;

export async function setPresence(presence: Presence): Promise<void> {
  try {
    const seconds = presence === 'wrap_up' ? { seconds: WRAP_UP_SECONDS } : {};
    state.value = await post('/v1/agents/{id}/presence', {
      path: { id: me() },
      body: { presence, ...seconds },
    });
  } catch (error) {
    toastProblem(error);
  }
}

/** A beat says nothing new, and brings back what the agent holds. One that is lost is made good by the next. */
async function beat(): Promise<void> {
  try {
    state.value = await post('/v1/agents/{id}/presence', { path: { id: me() }, body: {}, tries: 1 });
  } catch (error) {
    if (asProblem(error).status === 404) state.value = null;
  }
}

export function refreshPresence(): void {
  if (state.value) void beat();
}

export function startBeating(): () => void {
  void beat();
  const timer = setInterval(() => {
    if (state.value !== null) void beat();
  }, BEAT_MS);
  return () => clearInterval(timer);
}
