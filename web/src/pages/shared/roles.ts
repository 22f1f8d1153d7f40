// The roles of accounts and keys, as people choose between them.
import type { Role } from '../../app/session';
import type { Option } from './fields';

export const ROLES: readonly Option<Role>[] = [
  { value: 'agent', label: 'Agent' },
  { value: 'supervisor', label: 'Supervisor' },
  { value: 'integrator', label: 'Integrator' },
  { value: 'auditor', label: 'Auditor' },
  { value: 'admin', label: 'Administrator' },
];

/** Integrators are programs: they have keys and no accounts. */
export const ACCOUNT_ROLES = ROLES.filter((role) => role.value !== 'integrator');

const MEANS: Readonly<Record<Role, string>> = {
  agent: 'Takes conversations and answers customers.',
  supervisor: 'An agent who also watches, whispers, takes over, and switches the bot.',
  integrator: 'A program that opens conversations and speaks for customers and agents.',
  auditor: 'Reads everything, the audit log too, and changes nothing.',
  admin: 'May do everything, accounts, keys and endpoints included.',
};

export function roleLabel(role: string): string {
  return ROLES.find((one) => one.value === role)?.label ?? role;
}

export function roleMeans(role: Role): string {
  return MEANS[role];
}
