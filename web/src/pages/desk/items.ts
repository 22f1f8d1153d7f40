// The desk's conversations as the lists show them, and what each event of the log makes of one. Pure.
import type { ConversationItemView, ConversationView } from '../../api/types';
import type { EventData, LiveEvent, LoggedMessage } from '../../live/events';

export type Item = ConversationItemView;
export type Items = ReadonlyMap<string, Item>;

/** Whose desk it is. */
export interface Scope {
  /** The agent's id. */
  me: string;
  /** Whether what the bot and other agents hold is shown too. */
  all: boolean;
}

export interface Applied {
  /** Undefined: it does not concern this desk, or does not any more. */
  item: Item | undefined;
  /** Whether the event says too little: the conversation is to be asked for. */
  ask: boolean;
}

const SHOWN_CHARS = 140;

/** `at` is when the event came, ISO 8601. Events of the log carry no time of their own. */
export function applied(item: Item | undefined, event: LiveEvent, scope: Scope, at: string): Applied {
  const after = item ? known(item, event, at) : unknown(event, scope, at);
  if (after.item && !concerns(after.item, scope)) return { item: undefined, ask: false };
  return after;
}

/** Whether it stands in one of the desk's lists. */
export function concerns(item: Item, scope: Scope): boolean {
  if (item.status !== 'open') return false;
  return scope.all || item.owner === 'queue' || isMine(item, scope.me);
}

export function isMine(item: Pick<Item, 'owner' | 'agent'>, me: string): boolean {
  return item.owner === 'agent' && item.agent?.id === me;
}

/** Until when it is offered to this agent, in milliseconds; undefined when it is not. */
export function offeredUntil(item: Item, me: string, now: number): number | undefined {
  if (item.owner !== 'queue' || item.offer?.agent.id !== me) return undefined;
  const until = Date.parse(item.offer.until);
  return until > now ? until : undefined;
}

function unknown(event: LiveEvent, scope: Scope, at: string): Applied {
  const { data } = event;
  switch (event.kind) {
    case 'conversation.created':
      return { item: scope.all ? opened(data, at) : undefined, ask: false };
    case 'handoff.requested':
      return { item: inQueue(opened(data, at), data, at), ask: true };
    case 'handoff.accepted':
      return { item: undefined, ask: scope.all || data.agent?.id === scope.me };
    case 'handoff.released':
    case 'handoff.offered':
    case 'handoff.unaccepted':
      return { item: undefined, ask: true };
    case 'conversation.reopened':
    case 'handoff.ended':
    case 'message.created':
      return { item: undefined, ask: scope.all };
    default:
      return { item: undefined, ask: false };
  }
}

function known(item: Item, event: LiveEvent, at: string): Applied {
  const { data } = event;
  const patch = (part: Partial<Item>, ask = false): Applied => ({
    item: { ...item, updated_at: at, ...part },
    ask,
  });
  switch (event.kind) {
    case 'message.created':
      return said(item, data.message, at);
    case 'handoff.requested':
      return { item: inQueue(item, data, at), ask: true };
    case 'handoff.accepted':
      return patch({ ...NOBODY, owner: 'agent', agent: data.agent ?? null, since: at, status: 'open' }, true);
    case 'handoff.released':
      return patch({ ...NOBODY, owner: 'queue', queue: data.queue ?? null, since: at }, true);
    case 'handoff.ended':
      return patch({ ...NOBODY, owner: 'bot', clocks: [] });
    case 'handoff.unaccepted':
      return patch({ queue: data.queue ?? item.queue, priority: data.priority ?? item.priority });
    case 'handoff.offered':
      return patch({ offer: data.agent && data.until ? { agent: data.agent, until: data.until } : null });
    case 'handoff.declined':
      return patch({ offer: null });
    case 'handoff.snoozed':
      return patch({ snoozed_until: data.until ?? null });
    case 'handoff.resumed':
      return patch({ snoozed_until: null });
    case 'conversation.resolved':
      return patch({ status: 'resolved', clocks: [] });
    case 'conversation.reopened':
    case 'sla.warning':
    case 'sla.breached':
      return patch({ status: 'open' }, true);
    default:
      return { item, ask: false };
  }
}

const NOBODY: Partial<Item> = { agent: null, queue: null, offer: null, snoozed_until: null };

function opened(data: EventData, at: string): Item {
  return {
    id: data.conversation_id ?? '',
    status: 'open',
    owner: 'bot',
    customer: data.customer ?? { id: '', name: '', verified: false },
    created_at: at,
    updated_at: at,
    last_seq: 0,
    clocks: [],
  };
}

function inQueue(item: Item, data: EventData, at: string): Item {
  return {
    ...item,
    ...NOBODY,
    status: 'open',
    owner: 'queue',
    queue: data.queue ?? null,
    priority: data.priority ?? 'normal',
    reason: data.reason ?? null,
    mood: data.sentiment ?? item.mood ?? null,
    last_message: item.last_message ?? lastWords(data),
    since: at,
    updated_at: at,
    clocks: data.sla
      ? [{ clock: 'first_response', state: 'running', due: data.sla.first_response_due }]
      : item.clocks,
  };
}

/** A desk that has not followed the conversation knows its words from the handoff alone. */
function lastWords({ transcript = [] }: EventData): Item['last_message'] {
  const line = transcript.findLast(({ from }) => from === 'customer');
  return line ? { ...line, text: glance(line.text) } : null;
}

/** A message repeated or late changes nothing. With an agent, each word moves the clocks, so they are asked for. */
function said(item: Item, message: LoggedMessage | undefined, at: string): Applied {
  if (!message || message.seq <= item.last_seq) return { item, ask: false };
  const seen = { ...item, last_seq: message.seq, updated_at: at };
  // What bot and system say of the line would hide what it is about: the lists have it alike.
  if (message.from.kind === 'system' || message.from.kind === 'bot') return { item: seen, ask: false };
  const last_message = { from: message.from.kind, text: glance(message.text), at: message.at };
  return { item: { ...seen, last_message }, ask: item.owner === 'agent' };
}

function glance(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN_CHARS ? text : `${characters.slice(0, SHOWN_CHARS - 1).join('')}…`;
}

/** The item that a conversation makes; what a conversation does not tell is kept from `before`. */
export function itemOf(view: ConversationView, before: Item | undefined): Item {
  return {
    id: view.id,
    status: view.status,
    owner: view.owner,
    queue: view.queue ?? null,
    priority: view.priority ?? before?.priority ?? null,
    agent: view.agent ?? null,
    since: view.since ?? null,
    offer: view.offer ?? null,
    snoozed_until: view.snoozed_until ?? null,
    customer: view.customer,
    created_at: view.created_at,
    updated_at: view.updated_at,
    last_seq: Math.max(view.last_seq, before?.last_seq ?? 0),
    last_message: before?.last_message ?? null,
    mood: before?.mood ?? view.handoff?.sentiment ?? null,
    reason: view.handoff?.reason ?? null,
    clocks: view.clocks ?? [],
    language: before?.language ?? null,
  };
}

/** Times and ids compare as bytes do; what knows languages would take most of a drawing's time. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

const RANK: Readonly<Record<string, number>> = { urgent: 0, high: 1, normal: 2 };

/** Who waits: highest priority first, then the longest wait; what is offered to this agent stands apart. */
export function waiting(items: Items): Item[] {
  const all = [...items.values()].filter((item) => item.owner === 'queue');
  return all.sort(
    (a, b) =>
      (RANK[a.priority ?? 'normal'] ?? 2) - (RANK[b.priority ?? 'normal'] ?? 2) ||
      order(a.since ?? '', b.since ?? '') ||
      order(a.id, b.id),
  );
}

/** What this agent holds. The order stays while one works: newest taken first, put off last. */
export function held(items: Items, me: string): Item[] {
  const all = [...items.values()].filter((item) => isMine(item, me));
  return all.sort(
    (a, b) =>
      Number(Boolean(a.snoozed_until)) - Number(Boolean(b.snoozed_until)) ||
      order(b.since ?? '', a.since ?? '') ||
      order(a.id, b.id),
  );
}

/** What the bot and other agents hold, the newest change first. */
export function others(items: Items, me: string): Item[] {
  const all = [...items.values()].filter((item) => item.owner !== 'queue' && !isMine(item, me));
  return all.sort((a, b) => order(b.updated_at, a.updated_at) || order(a.id, b.id));
}

/** Those whose customer, queue, reason or last words hold the text. */
export function found(items: readonly Item[], text: string): readonly Item[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return items;
  return items.filter((item) =>
    [
      item.customer.name,
      item.customer.id,
      item.queue,
      item.reason,
      item.last_message?.text,
      item.agent?.name,
    ].some((value) => value?.toLowerCase().includes(wanted)),
  );
}
