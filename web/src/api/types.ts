// The engine's views by their own names. Pages import from here, not from the generated file.
import type { components } from './schema';

type Schemas = components['schemas'];

export type {
  AccountView,
  AlertView,
  AuditView,
  BotView,
  ConversationItemView,
  DecisionView,
  FindingView,
  InvitationView,
  KeyView,
  LabelView,
  List,
  NoteView,
  Page,
  QueueView,
  ReplyView,
  SessionView,
  SignInView,
  WallView,
  WhatIfView,
} from './pending';

export type AgentStateView = Schemas['AgentStateView'];
export type AgentView = Schemas['AgentView'];
export type ClockView = Schemas['ClockView'];
export type ConversationView = Schemas['ConversationView'];
export type CustomerView = Schemas['CustomerView'];
export type DeliveryView = Schemas['DeliveryView'];
export type EndpointView = Schemas['EndpointView'];
export type HandoffView = Schemas['HandoffView'];
export type HitView = Schemas['HitView'];
export type MessageView = Schemas['MessageView'];
export type OfferView = Schemas['OfferView'];
export type RuleView = Schemas['RuleView'];
export type SourceView = Schemas['SourceView'];
export type SuggestedReplyView = Schemas['SuggestedReplyView'];
export type SuggestionsView = Schemas['SuggestionsView'];
export type TraceView = Schemas['TraceView'];
export type TurnView = Schemas['TurnView'];
