// The conversation as the customer sees it, and how each thing that happens changes it. Pure: what happens is told, nothing
// is asked. All of it but the messages on their way follows from the events, so that a reload sees the same.

import type { Kept, Pending } from './memory';
import { field, type Message, message, type StreamEvent, type Turn, text } from './wire';

/** Who answers. */
export type Owner = 'bot' | 'queue' | 'agent';

/** A message with the key under which it was sent from here, if it was. */
export interface Shown extends Message {
  readonly key: string;
}

export interface State {
  readonly owner: Owner;
  /** The name of the agent who has the conversation. */
  readonly agent: string;
  readonly resolved: boolean;
  /** By `seq`. */
  readonly messages: readonly Shown[];
  /** The customer's own, come back by the stream, of which it is open whether they are among `pending`. */
  readonly held: readonly Message[];
  readonly pending: readonly Pending[];
  /** The bot has a message that it has not answered. */
  readonly thinking: boolean;
  /** Who is writing, by name. */
  readonly typing: string;
  /** The newest `seq` that the agent has read. */
  readonly seen: number;
  /** The newest `seq` that the customer has read. */
  readonly read: number;
  readonly rated: boolean;
  readonly link: 'idle' | 'live' | 'lost';
}

export type Fact =
  | { readonly is: 'event'; readonly event: StreamEvent }
  | { readonly is: 'kept'; readonly kept: Kept }
  | { readonly is: 'sending'; readonly sending: boolean }
  | { readonly is: 'answered'; readonly key: string; readonly turn: Turn }
  | { readonly is: 'link'; readonly link: State['link'] }
  | { readonly is: 'quiet' }
  /** Another conversation, or none. */
  | { readonly is: 'anew' };

export const START: State = {
  owner: 'bot',
  agent: '',
  resolved: false,
  messages: [],
  held: [],
  pending: [],
  thinking: false,
  typing: '',
  seen: 0,
  read: 0,
  rated: false,
  link: 'idle',
};

export function reduce(state: State, fact: Fact): State {
  switch (fact.is) {
    case 'event':
      return happened(state, fact.event);
    case 'kept':
      return settle({
        ...state,
        pending: fact.kept.pending,
        read: Math.max(state.read, fact.kept.read),
        rated: fact.kept.rated,
      });
    case 'sending':
      return { ...state, thinking: fact.sending && state.owner === 'bot' };
    case 'answered':
      return answered(state, fact.key, fact.turn);
    case 'link':
      return { ...state, link: fact.link };
    case 'quiet':
      return { ...state, typing: '' };
    case 'anew':
      return { ...START, pending: state.pending };
  }
}

function happened(state: State, event: StreamEvent): State {
  const name = text(field(event.data, 'agent'), 'name');
  switch (event.type) {
    case 'message.created':
      return arrived(state, message(field(event.data, 'message')));
    case 'handoff.requested':
    case 'handoff.released':
      return { ...state, owner: 'queue', agent: '', thinking: false, typing: '' };
    case 'handoff.accepted':
      return { ...state, owner: 'agent', agent: name, thinking: false };
    case 'handoff.ended':
    case 'conversation.reopened':
      return { ...state, owner: 'bot', agent: '', resolved: false, typing: '' };
    case 'conversation.resolved':
      return { ...state, owner: 'bot', agent: '', resolved: true, thinking: false, typing: '' };
    case 'typing':
      return text(event.data, 'from') === 'agent'
        ? { ...state, typing: field(event.data, 'typing') === true ? name || state.agent : '' }
        : state;
    case 'read': {
      const seq = field(event.data, 'seq');
      return text(event.data, 'from') === 'agent' && typeof seq === 'number'
        ? { ...state, seen: Math.max(state.seen, seq) }
        : state;
    }
    default:
      return state;
  }
}

function arrived(state: State, come: Message | undefined): State {
  if (!come) {
    return state;
  }
  if (come.from !== 'customer') {
    return insert({ ...state, thinking: false, typing: '' }, come, '');
  }
  return settle({ ...state, held: [...state.held, come] });
}

/** Whether the server may have a message that is still among those on their way. */
function isOpen(pending: readonly Pending[], come: Message): boolean {
  return pending.some((item) => item.attempts > 0 && !item.problem && come.seq > item.after);
}

/** Shows what is held as soon as nothing on its way can be the same message. */
function settle(state: State): State {
  const free = state.held.filter((come) => !isOpen(state.pending, come));
  if (free.length === 0) {
    return state;
  }
  const held = state.held.filter((come) => isOpen(state.pending, come));
  return free.reduce<State>((next, come) => insert(next, come, ''), { ...state, held });
}

function answered(state: State, key: string, turn: Turn): State {
  let next: State = { ...state, pending: state.pending.filter((item) => item.key !== key) };
  if (turn.message) {
    next = insert(next, turn.message, key);
  }
  next = turn.replies.reduce((with_, reply) => insert(with_, reply, ''), next);
  return settle({ ...next, thinking: turn.action === 'wait', link: 'live' });
}

/** Each message once, whichever way it comes, and in its place. */
function insert(state: State, come: Message, key: string): State {
  if (state.messages.some((known) => known.id === come.id)) {
    return state;
  }
  const behind = state.messages.filter((known) => known.seq > come.seq);
  const before = state.messages.filter((known) => known.seq < come.seq);
  return { ...state, messages: [...before, { ...come, key }, ...behind] };
}

export function newest(state: State): number {
  return state.messages.at(-1)?.seq ?? 0;
}

/** How many messages of others have come since the customer last looked. */
export function unread(state: State): number {
  return state.messages.filter(({ from, seq }) => from !== 'customer' && seq > state.read).length;
}

/** Answers to tap: those of the last word, as long as it is the last. */
export function quickReplies(state: State): readonly string[] {
  const last = state.messages.at(-1);
  return last && last.from !== 'customer' && state.pending.length === 0 ? last.buttons : [];
}
