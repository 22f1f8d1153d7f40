// The kinds of events that an endpoint can ask for, in the order in which a conversation meets them.

export const KINDS: readonly string[] = [
  'conversation.created',
  'conversation.reopened',
  'conversation.resolved',
  'message.created',
  'note.created',
  'handoff.requested',
  'handoff.offered',
  'handoff.declined',
  'handoff.accepted',
  'handoff.released',
  'handoff.snoozed',
  'handoff.resumed',
  'handoff.ended',
  'handoff.unaccepted',
  'csat.rated',
  'sla.warning',
  'sla.breached',
  'alert.raised',
  'alert.cleared',
  'endpoint.disabled',
];
