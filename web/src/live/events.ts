// The events of the log as the stream carries them: kinds, and the parts of their data that the console uses.
import type { AgentView, CustomerView, HandoffView, MessageView, NoteView, SourceView } from '../api/types';

/** Kinds that the stream is listened to for. Some are no facts of the log: they come without a position. */
export const KINDS = [
  'hello',
  'conversation.created',
  'conversation.reopened',
  'conversation.resolved',
  'message.created',
  'note.created',
  'handoff.requested',
  'handoff.accepted',
  'handoff.released',
  'handoff.ended',
  'handoff.unaccepted',
  'handoff.offered',
  'handoff.declined',
  'handoff.snoozed',
  'handoff.resumed',
  'csat.rated',
  'sla.warning',
  'sla.breached',
  'endpoint.disabled',
  'alert.raised',
  'alert.cleared',
  'typing',
  'read',
] as const;

export type Kind = (typeof KINDS)[number];

/** A message as the log has it: who wrote it stands in one object. */
export interface LoggedMessage {
  id: string;
  seq: number;
  from: { kind: string; id?: string; name?: string };
  text: string;
  at: string;
  source?: SourceView | null;
  buttons?: string[];
}

/** What the data of any event may hold; which members are there follows from its kind. */
export interface EventData {
  conversation_id?: string;
  position?: number;
  epoch?: number;
  customer?: CustomerView;
  message?: LoggedMessage;
  note?: NoteView;
  agent?: AgentView | null;
  taken_from?: AgentView | null;
  by?: string;
  reason?: string | null;
  reasons?: string[];
  queue?: string;
  priority?: string;
  summary?: string;
  transcript?: { from: string; text: string; at: string }[];
  intents?: HandoffView['intents'];
  sentiment?: HandoffView['sentiment'];
  sla?: { first_response_due: string };
  until?: string;
  waiting_since?: string;
  score?: number;
  comment?: string;
  clock?: string;
  due?: string;
  from?: string;
  typing?: boolean;
  seq?: number;
  name?: string;
  measure?: string;
  value?: number;
  above?: number;
  since?: string;
}

export interface LiveEvent {
  kind: Kind;
  /** Place in the log; undefined for what is not kept. */
  position: number | undefined;
  data: EventData;
}

/** The message as the API's views have it. */
export function asView(message: LoggedMessage): MessageView {
  const { kind, id, name } = message.from;
  return {
    id: message.id,
    seq: message.seq,
    from: kind,
    text: message.text,
    at: message.at,
    ...(kind === 'agent' ? { agent: { ...(id === undefined ? {} : { id }), name: name ?? '' } } : {}),
    ...(message.source ? { source: message.source } : {}),
    ...(message.buttons?.length ? { buttons: message.buttons } : {}),
  };
}
