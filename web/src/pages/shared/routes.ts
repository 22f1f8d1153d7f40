// The pages of supervisors, auditors and administrators, in the order of the navigation.
import type { Route } from '../../app/routes';

export const SUPERVISE: readonly Route[] = [
  {
    pattern: 'wall',
    title: 'Wall',
    navigation: 'Wall',
    rights: ['watch'],
    load: () => import('../wall/wall').then((module) => module.WallPage),
  },
  {
    pattern: 'wall/{id}',
    title: 'Wall',
    rights: ['watch'],
    load: () => import('../wall/wall').then((module) => module.WallPage),
  },
  {
    pattern: 'why/{id}',
    title: 'Why',
    load: () => import('../why/why').then((module) => module.WhyPage),
  },
  {
    pattern: 'why/{id}/{version}',
    title: 'Why',
    load: () => import('../why/why').then((module) => module.WhyPage),
  },
  {
    pattern: 'labels',
    title: 'Labels',
    navigation: 'Labels',
    rights: ['watch'],
    load: () => import('../labels/labels').then((module) => module.LabelsPage),
  },
  {
    pattern: 'bot',
    title: 'The bot',
    navigation: 'Bot',
    rights: ['watch'],
    load: () => import('../bot/bot').then((module) => module.BotPage),
  },
  {
    pattern: 'agents',
    title: 'Agents',
    navigation: 'Agents',
    rights: ['watch'],
    load: () => import('../agents/agents').then((module) => module.AgentsPage),
  },
  {
    pattern: 'queues',
    title: 'Queues',
    navigation: 'Queues',
    rights: ['watch'],
    load: () => import('../queues/queues').then((module) => module.QueuesPage),
  },
  {
    pattern: 'endpoints',
    title: 'Endpoints',
    navigation: 'Endpoints',
    rights: ['audit'],
    load: () => import('../endpoints/endpoints').then((module) => module.EndpointsPage),
  },
  {
    pattern: 'endpoints/{id}',
    title: 'Endpoint',
    rights: ['audit'],
    load: () => import('../endpoints/endpoints').then((module) => module.EndpointsPage),
  },
  {
    pattern: 'accounts',
    title: 'Accounts',
    navigation: 'Accounts',
    rights: ['audit'],
    load: () => import('../accounts/accounts').then((module) => module.AccountsPage),
  },
  {
    pattern: 'keys',
    title: 'API keys',
    navigation: 'Keys',
    rights: ['audit'],
    load: () => import('../keys/keys').then((module) => module.KeysPage),
  },
  {
    pattern: 'audit',
    title: 'Audit log',
    navigation: 'Audit',
    rights: ['watch'],
    load: () => import('../audit/audit').then((module) => module.AuditPage),
  },
];
