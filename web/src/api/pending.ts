// Routes that the OpenAPI document does not have yet, by the names agreed on. Each goes away when the document has it.
import type { components } from './schema';

type Schemas = components['schemas'];

interface Route<Body, Result, Path = undefined, Query = undefined> {
  parameters: (Path extends undefined ? unknown : { path: Path }) &
    (Query extends undefined ? unknown : { query?: Query });
  requestBody: Body extends undefined ? undefined : { content: { 'application/json': Body } };
  responses: { 200: { content: { 'application/json': Result } } };
}
interface Silent<Body, Path = undefined> {
  parameters: Path extends undefined ? unknown : { path: Path };
  requestBody: Body extends undefined ? undefined : { content: { 'application/json': Body } };
  responses: { 204: { content?: never } };
}

export interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}
export interface List<T> {
  data: T[];
}
interface PageQuery {
  cursor?: string | undefined;
  limit?: number | undefined;
}

export interface SessionView {
  login: string;
  name: string;
  role: string;
  agent: { id: string; name: string };
  csrf_token: string;
  expires_at: string;
  oidc: boolean;
}
export interface SignInView {
  setup_needed: boolean;
  oidc?: { name: string; url: string } | null;
  business: string;
}
export interface AccountView {
  login: string;
  name: string;
  role: string;
  disabled: boolean;
  created_at: string;
  signed_in_at?: string | null;
  external: boolean;
}
export interface InvitationView {
  account: AccountView;
  link: string;
  expires_at: string;
}
export interface KeyView {
  id: string;
  name: string;
  role: string;
  created_at: string;
  key?: string | null;
}
export interface AuditView {
  at: string;
  actor: string;
  action: string;
  target: string;
  detail: unknown;
  address?: string | null;
}
export interface ConversationItemView {
  id: string;
  status: string;
  owner: string;
  queue?: string | null;
  priority?: string | null;
  agent?: Schemas['AgentView'] | null;
  since?: string | null;
  offer?: Schemas['OfferView'] | null;
  snoozed_until?: string | null;
  customer: Schemas['CustomerView'];
  created_at: string;
  updated_at: string;
  last_seq: number;
  last_message?: { from: string; text: string; at: string } | null;
  mood?: { label: string; negative: number; trend?: string | null } | null;
  reason?: string | null;
  clocks: Schemas['ClockView'][];
  language?: string | null;
}
export interface NoteView {
  id: string;
  agent: { id: string; name: string };
  text: string;
  at: string;
  whisper: boolean;
}
export interface ReplyView {
  id: string;
  text: string;
  locale: string;
  for_agents: boolean;
}
export interface FindingView {
  rule: string;
  severity: string;
  message: string;
  /** UTF-16 code units, as JavaScript counts. */
  start: number;
  end: number;
}
export interface BotView {
  enabled: boolean;
  intents_off: string[];
  changed_at?: string | null;
  changed_by?: string | null;
  known_intents: string[];
}
export interface AlertView {
  name: string;
  measure: string;
  value: number;
  above: number;
  since: string;
}
export interface WallView {
  at: string;
  waiting: {
    count: number;
    oldest_since?: string | null;
    by_queue: { queue: string; waiting: number; oldest_since?: string | null; open: boolean }[];
  };
  sla: { at_risk: number; breached: number };
  mood: { negative_share: number; messages: number };
  bot: { conversations: number; contained: number; handed_off: number; share: number };
  agents: { online: number; busy: number; away: number; wrap_up: number; offline: number };
  open: { bot: number; queue: number; agent: number };
  resolved_24h: number;
  csat_24h: { mean?: number | null; count: number };
  alerts: AlertView[];
}
export interface LabelView {
  id: string;
  conversation_id: string;
  message_id: string;
  text: string;
  predicted: string;
  confidence: number;
  verdict: string;
  intent?: string | null;
  comment: string;
  by: { id: string; name: string };
  at: string;
  state: string;
}
export interface DecisionView {
  action: string;
  reason?: string | null;
  replies: string[];
}
export interface WhatIfView {
  was: DecisionView;
  would: DecisionView;
  same: boolean;
  rules: Schemas['RuleView'][];
}
export interface QueueView {
  name: string;
  intents: string[];
  skills: string[];
  languages: string[];
  hours?: string | null;
  open: boolean;
  waiting: number;
  oldest_since?: string | null;
  fallback: boolean;
}

interface Id {
  id: string;
}
type TurnView = Schemas['TurnView'];

export interface PendingPaths {
  '/v1/sign-in': { get: Route<undefined, SignInView> };
  '/v1/session': {
    get: Route<undefined, SessionView>;
    post: Route<{ login: string; password: string }, SessionView>;
    delete: Silent<undefined>;
  };
  '/v1/session/password': { post: Silent<{ current: string; new: string }> };
  '/v1/setup': {
    post: Route<{ token: string; login: string; name: string; password: string }, SessionView>;
  };
  '/v1/accounts': {
    get: Route<undefined, List<AccountView>>;
    post: Route<{ login: string; name: string; role: string }, InvitationView>;
  };
  '/v1/accounts/{login}': {
    patch: Route<{ name?: string; role?: string; disabled?: boolean }, AccountView, { login: string }>;
  };
  '/v1/accounts/{login}/invite': { post: Route<undefined, InvitationView, { login: string }> };
  '/v1/keys': { get: Route<undefined, List<KeyView>>; post: Route<{ name: string; role: string }, KeyView> };
  '/v1/keys/{id}': { delete: Silent<undefined, Id> };
  '/v1/audit': { get: Route<undefined, Page<AuditView>, undefined, PageQuery> };
  '/v1/conversations': {
    get: Route<
      undefined,
      Page<ConversationItemView>,
      undefined,
      PageQuery & {
        status?: string | undefined;
        owner?: string | undefined;
        agent?: string | undefined;
      }
    >;
  };
  '/v1/conversations/{id}/notes': {
    get: Route<undefined, List<NoteView>, Id>;
    post: Route<{ text: string; whisper?: boolean }, NoteView, Id>;
  };
  '/v1/conversations/{id}/takeover': {
    post: Route<{ agent?: { id: string; name?: string } }, TurnView, Id>;
  };
  '/v1/conversations/{id}/resolve': {
    post: Route<{ reason?: string; agent?: { id: string; name?: string } }, TurnView, Id>;
  };
  '/v1/conversations/{id}/signals': {
    post: Silent<{ typing: boolean } | { read_seq: number }, Id>;
  };
  '/v1/conversations/{id}/check': { post: Route<{ text: string }, { findings: FindingView[] }, Id> };
  '/v1/conversations/{id}/labels': {
    post: Route<{ message_id: string; verdict: string; intent?: string; comment?: string }, LabelView, Id>;
  };
  '/v1/conversations/{id}/turns/{version}/what-if': {
    get: Route<
      undefined,
      WhatIfView,
      { id: string; version: number },
      { answer?: number; clarify?: number; match?: number }
    >;
  };
  '/v1/replies': {
    get: Route<
      undefined,
      List<ReplyView>,
      undefined,
      { q?: string | undefined; limit?: number | undefined; conversation?: string | undefined }
    >;
  };
  '/v1/bot': {
    get: Route<undefined, BotView>;
    put: Route<{ enabled: boolean; intents_off: string[] }, BotView>;
  };
  '/v1/wall': { get: Route<undefined, WallView> };
  '/v1/alerts': { get: Route<undefined, List<AlertView>> };
  '/v1/labels': {
    get: Route<undefined, Page<LabelView>, undefined, PageQuery & { state?: string | undefined }>;
  };
  '/v1/labels/{id}': { patch: Route<{ intent?: string; state?: string }, LabelView, Id> };
  '/v1/queues': { get: Route<undefined, List<QueueView>> };
}
