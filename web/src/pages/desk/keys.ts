// The desk's keys: one table for what they do and for the sheet that lists them.

export type Command =
  | 'next'
  | 'previous'
  | 'list_mine'
  | 'list_waiting'
  | 'list_others'
  | 'filter'
  | 'next_chat'
  | 'previous_chat'
  | 'accept'
  | 'decline'
  | 'reply'
  | 'note'
  | 'canned'
  | 'knowledge'
  | 'transfer'
  | 'snooze'
  | 'hand_back'
  | 'resolve'
  | 'release'
  | 'take_over'
  | 'wrong'
  | 'why'
  | 'leave'
  | 'help'
  | `suggestion_${number}`;

interface Binding {
  keys: readonly string[];
  command: Command;
  what: string;
  group: 'Lists' | 'Conversation' | 'Writing';
  /** Also while one writes. */
  writing?: boolean;
}

export const BINDINGS: readonly Binding[] = [
  { group: 'Lists', keys: ['j', 'ArrowDown'], command: 'next', what: 'Next in the list' },
  { group: 'Lists', keys: ['k', 'ArrowUp'], command: 'previous', what: 'Previous in the list' },
  { group: 'Lists', keys: ['m'], command: 'list_mine', what: 'My conversations' },
  { group: 'Lists', keys: ['q'], command: 'list_waiting', what: 'Who waits' },
  { group: 'Lists', keys: ['o'], command: 'list_others', what: 'What others and the bot hold (supervisors)' },
  { group: 'Lists', keys: ['l'], command: 'filter', what: 'Filter the list' },
  {
    group: 'Lists',
    keys: [']', 'Alt+ArrowDown'],
    command: 'next_chat',
    what: 'My next conversation',
    writing: true,
  },
  {
    group: 'Lists',
    keys: ['[', 'Alt+ArrowUp'],
    command: 'previous_chat',
    what: 'My previous conversation',
    writing: true,
  },
  {
    group: 'Conversation',
    keys: ['a'],
    command: 'accept',
    what: 'Accept the offer, claim what is open, or take who is next',
  },
  { group: 'Conversation', keys: ['x'], command: 'decline', what: 'Decline the offer' },
  { group: 'Conversation', keys: ['t'], command: 'transfer', what: 'Transfer' },
  { group: 'Conversation', keys: ['s'], command: 'snooze', what: 'Snooze' },
  { group: 'Conversation', keys: ['b'], command: 'hand_back', what: 'Hand back to the bot' },
  { group: 'Conversation', keys: ['u'], command: 'release', what: 'Put back into the queue' },
  { group: 'Conversation', keys: ['e'], command: 'resolve', what: 'Resolve' },
  { group: 'Conversation', keys: ['v'], command: 'take_over', what: 'Take over (supervisors)' },
  { group: 'Conversation', keys: ['w'], command: 'wrong', what: 'The bot was wrong here' },
  { group: 'Conversation', keys: ['y'], command: 'why', what: 'Why the bot did what it did' },
  { group: 'Writing', keys: ['r'], command: 'reply', what: 'Write to the customer' },
  { group: 'Writing', keys: ['n'], command: 'note', what: 'Write a private note' },
  { group: 'Writing', keys: ['/'], command: 'canned', what: 'Canned responses' },
  { group: 'Writing', keys: ['f'], command: 'knowledge', what: 'Search the knowledge base' },
  { group: 'Writing', keys: ['Escape'], command: 'leave', what: 'Leave the text', writing: true },
  { group: 'Writing', keys: ['?'], command: 'help', what: 'This list' },
];

/** Keys that are told apart by what has the focus, for the sheet alone. */
export const ALSO: readonly { keys: readonly string[]; what: string }[] = [
  { keys: ['1', '…', '9'], what: 'Take a suggested reply (Alt+1 … 9 while writing)' },
  { keys: ['Enter'], what: 'Send what is written' },
  { keys: ['Shift+Enter'], what: 'New line' },
];

/** What the event stands for: `j`, `?`, `Alt+ArrowDown`. Shift is in the character already. */
export function nameOf(
  event: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'code'>,
): string {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  // With Alt some layouts make another character of a digit.
  const key = event.altKey && digit !== undefined ? digit : event.key;
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${key}`;
}

/** `writing`: whether a text field has the focus, where letters are letters. */
export function commandOf(name: string, writing: boolean): Command | undefined {
  const digit = /^(Alt\+)?([1-9])$/.exec(name);
  if (digit && writing === (digit[1] !== undefined)) return `suggestion_${Number(digit[2])}`;
  for (const binding of BINDINGS) {
    if (!binding.keys.includes(name)) continue;
    if (!writing) return binding.command;
    if (binding.writing && name.length > 1) return binding.command;
  }
  return undefined;
}

/** Whether what has the focus takes letters. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
