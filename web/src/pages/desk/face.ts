// What of the desk is in front: the dialog, the side pane, the text being written, and what went wrong where.
import { type Signal, signal } from '@preact/signals';
import { type Draft, readDraft, writeDraft } from './drafts';

export type DialogName = 'transfer' | 'snooze' | 'resolve' | 'wrong' | 'keys';

export const dialog = signal<DialogName | undefined>(undefined);
/** The message that the wrong dialog is about. */
export const accused = signal<string | undefined>(undefined);
export const side = signal<'case' | 'knowledge'>('case');
/** On a small screen: which pane of an open conversation is shown. */
export const pane = signal<'chat' | 'side'>('chat');
/** What went wrong with the last action, by conversation. */
export const actionProblems = signal<Readonly<Record<string, unknown>>>({});

const drafts = new Map<string, Signal<Draft>>();

export function draftOf(conversation: string): Signal<Draft> {
  const known = drafts.get(conversation);
  if (known) return known;
  const draft = signal(readDraft(conversation));
  drafts.set(conversation, draft);
  return draft;
}

export function setDraft(conversation: string, part: Partial<Draft>): void {
  const draft = draftOf(conversation);
  draft.value = { ...draft.value, ...part };
  writeDraft(conversation, draft.value, Date.now());
}

/** Adds to what is written, with a space between where there is none. */
export function insertText(conversation: string, text: string): void {
  const before = draftOf(conversation).value.text;
  const gap = before === '' || /\s$/.test(before) ? '' : ' ';
  setDraft(conversation, { text: before + gap + text });
  focusText();
}

export const TEXT_ID = 'desk-text';

/** After the next drawing, since what is to have the focus may not be there yet. */
export function focusText(): void {
  setTimeout(() => {
    const field = document.getElementById(TEXT_ID);
    if (!(field instanceof HTMLTextAreaElement)) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }, 0);
}

export function focusOn(id: string): void {
  setTimeout(() => document.getElementById(id)?.focus(), 0);
}
