// The engine's views by their own names. Pages import from here, not from the generated file.
import type { components } from './schema';

type Schemas = components['schemas'];

export type AccountView = Schemas['AccountView'];
export type AgentStateView = Schemas['AgentStateView'];
export type AgentView = Schemas['AgentView'];
export type AlertView = Schemas['AlertView'];
export type AuditView = Schemas['AuditView'];
export type BotView = Schemas['BotView'];
export type ClockView = Schemas['ClockView'];
export type ConversationItemView = Schemas['ConversationItemView'];
export type ConversationView = Schemas['ConversationView'];
export type CustomerView = Schemas['CustomerView'];
export type DeliveryView = Schemas['DeliveryView'];
export type EndpointView = Schemas['EndpointView'];
export type FindingView = Schemas['FindingView'];
export type HandoffView = Schemas['HandoffView'];
export type HitView = Schemas['HitView'];
export type InvitationView = Schemas['InvitationView'];
export type KeyView = Schemas['KeyView'];
export type LabelView = Schemas['LabelView'];
export type MessageView = Schemas['MessageView'];
export type NoteView = Schemas['NoteView'];
export type OfferView = Schemas['OfferView'];
export type QueueView = Schemas['QueueView'];
export type ReplyView = Schemas['ReplyView'];
export type RuleView = Schemas['RuleView'];
export type SessionView = Schemas['SessionView'];
export type SignInView = Schemas['SignInView'];
export type SourceView = Schemas['SourceView'];
export type SuggestedReplyView = Schemas['SuggestedReplyView'];
export type SuggestionsView = Schemas['SuggestionsView'];
export type TraceView = Schemas['TraceView'];
export type TurnView = Schemas['TurnView'];
export type WallView = Schemas['WallView'];
export type WhatIfView = Schemas['WhatIfView'];

export type DecisionView = WhatIfView['was'];

/** A part of a list. */
export interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}
