// The people of the sample business: accounts made as a business makes them, through the one-time link and invitations.

import { Api } from './api.ts';
import type { Server } from './server.ts';

export type RoleName = 'admin' | 'supervisor' | 'agent' | 'auditor';

export interface Person {
  readonly login: string;
  readonly name: string;
  readonly role: RoleName;
  readonly password: string;
  /** Signed in, as the browser would be. */
  readonly api: Api;
  /** The value of the session's cookie. */
  readonly session: string;
}

/** The name of the cookie that a signed-in person's browser keeps. */
export const SESSION_COOKIE = 'firstline_session';

interface Newcomer {
  readonly login: string;
  readonly name: string;
  readonly role: RoleName;
}

export const STAFF = {
  ruth: { login: 'ruth', name: 'Ruth Okoro', role: 'admin' },
  sam: { login: 'sam', name: 'Sam Whitlock', role: 'supervisor' },
  ana: { login: 'ana', name: 'Ana Ferreira', role: 'agent' },
  ben: { login: 'ben', name: 'Ben Sato', role: 'agent' },
  iris: { login: 'iris', name: 'Iris Lindqvist', role: 'auditor' },
} as const satisfies Record<string, Newcomer>;

export type Staff = Readonly<Record<keyof typeof STAFF, Person>>;

/** The first administrator by the link that the server printed, then everyone else by her invitations. */
export async function hire(server: Server): Promise<Staff> {
  const ruth = await redeem(server.url, await server.setupToken(), STAFF.ruth);
  const invited = async (newcomer: Newcomer): Promise<Person> =>
    redeem(server.url, await invite(ruth.api, newcomer), newcomer);
  const [sam, ana, ben, iris] = await Promise.all([
    invited(STAFF.sam),
    invited(STAFF.ana),
    invited(STAFF.ben),
    invited(STAFF.iris),
  ]);
  return { ruth, sam, ana, ben, iris };
}

/** The token of an invitation's link. */
export async function invite(admin: Api, { login, name, role }: Newcomer): Promise<string> {
  const { link } = await admin.post<{ link: string }>('/v1/accounts', { login, name, role });
  return new URLSearchParams(new URL(link).hash.split('?')[1]).get('token') ?? '';
}

async function redeem(url: string, token: string, newcomer: Newcomer): Promise<Person> {
  const password = `bicycle-bell-${newcomer.login}-42`;
  const { login, name } = newcomer;
  const { body, headers } = await new Api(url).send<{ csrf_token: string }>('POST', '/v1/setup', {
    token,
    login,
    name,
    password,
  });
  const cookie = headers.getSetCookie().find((set) => set.startsWith(`${SESSION_COOKIE}=`));
  const session = /=([^;]*)/.exec(cookie ?? '')?.[1];
  if (session === undefined) {
    throw new Error(`no session was set for ${login}`);
  }
  const api = new Api(url, { cookie: `${SESSION_COOKIE}=${session}`, csrf: body.csrf_token });
  return { ...newcomer, password, api, session };
}
