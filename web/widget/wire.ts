// What the widget reads of the API's answers and events. Whatever does not have the expected form is passed over, so that
// a newer server can say more than this widget knows.

/** Where the bot's words come from: an article and the passage in it. */
export interface Citation {
  readonly article: string;
  readonly passage: string;
}

export type Sender = 'customer' | 'bot' | 'agent' | 'system';

export interface Message {
  readonly id: string;
  /** 1, 2, 3 … within the conversation. */
  readonly seq: number;
  readonly from: Sender;
  /** The agent's name, where an agent wrote it. */
  readonly author: string;
  readonly text: string;
  /** When it was said, as an ISO 8601 date and time. */
  readonly at: string;
  readonly citation: Citation | undefined;
  /** Answers to tap. */
  readonly buttons: readonly string[];
}

/** What one message of the customer's brought about. */
export interface Turn {
  readonly action: string;
  readonly message: Message | undefined;
  readonly replies: readonly Message[];
}

/** One event of the stream. */
export interface StreamEvent {
  readonly type: string;
  readonly data: unknown;
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Empty where there is no such text. */
export function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
}

export function list(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

function isSender(value: string): value is Sender {
  return ['customer', 'bot', 'agent', 'system'].includes(value);
}

export function message(value: unknown): Message | undefined {
  const id = text(value, 'id');
  const seq = field(value, 'seq');
  const from = text(value, 'from');
  if (!id || typeof seq !== 'number' || !isSender(from)) {
    return undefined;
  }
  const source = field(value, 'source');
  const article = text(source, 'kind') === 'article' ? text(source, 'article') : '';
  return {
    id,
    seq,
    from,
    author: text(field(value, 'agent'), 'name'),
    text: text(value, 'text'),
    at: text(value, 'at'),
    citation: article ? { article, passage: text(source, 'passage') } : undefined,
    buttons: list(value, 'buttons').filter((button) => typeof button === 'string'),
  };
}

export function turn(value: unknown): Turn {
  return {
    action: text(value, 'action'),
    message: message(field(value, 'message')),
    replies: list(value, 'replies')
      .map(message)
      .filter((reply) => reply !== undefined),
  };
}
