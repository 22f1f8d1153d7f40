// What is asked before an account is changed: each says what the change does.
import type { AccountView } from '../../api/types';
import type { Role } from '../../app/session';
import type { Question } from '../shared/confirm';
import { roleLabel, roleMeans } from '../shared/roles';

type Work = () => Promise<void>;

export function nameOf(account: Pick<AccountView, 'name' | 'login'>): string {
  return account.name || account.login;
}

export function ofRole(account: AccountView, role: Role, work: Work): Question {
  const label = roleLabel(role).toLowerCase();
  return {
    title: `Make ${nameOf(account)} ${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}?`,
    says: [roleMeans(role), 'Their sessions end, so that the new role holds at once: they sign in again.'],
    yes: 'Change the role',
    danger: false,
    work,
  };
}

export function ofDisabled(account: AccountView, work: Work): Question {
  const name = nameOf(account);
  if (account.disabled) {
    return {
      title: `Enable ${name} again?`,
      says: ['They may sign in again, as before.'],
      yes: 'Enable',
      danger: false,
      work,
    };
  }
  return {
    title: `Disable ${name}?`,
    says: [
      'Their sessions end now, and they cannot sign in.',
      'Conversations that they hold stay with them until somebody takes them over.',
    ],
    yes: 'Disable',
    danger: true,
    work,
  };
}

export function ofInvite(account: AccountView, work: Work): Question {
  return {
    title: `A new link for ${nameOf(account)}?`,
    says: ['Whoever has the link chooses a new password for this account.', 'It works once.'],
    yes: 'Make a link',
    danger: false,
    work,
  };
}
