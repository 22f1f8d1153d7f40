// Who is signed in. The cookie is the browser's; here are the name, the role and the token against forged requests.
import { signal } from '@preact/signals';
import { credentials, get, post, remove } from '../api/client';
import { asProblem, Problem } from '../api/problem';
import type { SessionView } from '../api/types';
import { startFeed, stopFeed } from '../live/feed';

export type Role = 'agent' | 'supervisor' | 'integrator' | 'admin' | 'auditor';

/** What a role may do, as far as the console shows it; the engine decides. */
export type Right = 'desk' | 'supervise' | 'watch' | 'audit' | 'administer';

const RIGHTS: Record<Role, readonly Right[]> = {
  agent: ['desk'],
  supervisor: ['desk', 'supervise', 'watch'],
  integrator: [],
  auditor: ['watch', 'audit'],
  admin: ['desk', 'supervise', 'watch', 'audit', 'administer'],
};

/** Undefined while nobody knows yet; null when nobody is signed in. */
export const session = signal<SessionView | null | undefined>(undefined);

/** Why the session could not be asked for. */
export const sessionProblem = signal<Problem | undefined>(undefined);

function roleMay(role: string, right: Right): boolean {
  return (RIGHTS[role as Role] ?? []).includes(right);
}

/** Whether the one signed in may. */
export function may(right: Right): boolean {
  return session.value ? roleMay(session.value.role, right) : false;
}

/** The agent that the one signed in acts as. */
export function me(): string {
  return session.value?.agent.id ?? '';
}

/** Who was signed in on this page before. */
let earlier: string | undefined;

function take(view: SessionView): void {
  // What pages remember is one person's. For another the page begins anew.
  if (earlier !== undefined && earlier !== view.login) {
    location.reload();
    return;
  }
  earlier = view.login;
  credentials.csrfToken = view.csrf_token;
  sessionProblem.value = undefined;
  session.value = view;
  startFeed();
}

function forget(): void {
  stopFeed();
  credentials.csrfToken = '';
  session.value = null;
}

export async function loadSession(): Promise<void> {
  credentials.onSignedOut = () => {
    if (session.value) forget();
  };
  try {
    take(await get('/v1/session', {}));
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status === 401) session.value = null;
    else sessionProblem.value = problem;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  take(await post('/v1/session', { body: { login, password }, tries: 1 }));
}

/** First administrator, or an invitation redeemed. */
export async function setUp(body: {
  token: string;
  password: string;
  login?: string;
  name?: string;
}): Promise<void> {
  take(await post('/v1/setup', { body, tries: 1 }));
}

/** Where the session had ended already, that is as good. */
export async function signOut(): Promise<void> {
  try {
    await remove('/v1/session', {});
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
  }
  forget();
}
