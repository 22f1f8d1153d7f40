// Sending what is written: checked first, then put into the outbox. And telling the customer that somebody writes.
import { type Signal, signal } from '@preact/signals';
import { post } from '../../api/client';
import type { FindingView } from '../../api/types';
import { outbox } from './desk';
import type { Draft } from './drafts';
import { draftOf, setDraft } from './face';

export interface Check {
  state: 'none' | 'checking' | 'found' | 'wrong';
  /** The text that was checked. */
  text: string;
  findings: readonly FindingView[];
  error?: unknown;
}

export const UNCHECKED: Check = { state: 'none', text: '', findings: [] };

export type Mode = 'reply' | 'note' | 'stranded';

/**
 * What the text is. A reply whose conversation has gone to somebody else is stranded: it is neither sent nor taken for a
 * note until its writer says so.
 */
export function modeOf(draft: Draft, canReply: boolean): Mode {
  if (canReply) return draft.note ? 'note' : 'reply';
  return draft.note || draft.text.trim() === '' ? 'note' : 'stranded';
}

export interface Sending {
  conversation: string;
  /** `seq` of the newest message. */
  behind: number;
  check: Signal<Check>;
  whisper: boolean;
}

/** What has to be mended before the text can be sent. */
export function blocking(check: Check): readonly FindingView[] {
  return check.findings.filter((finding) => finding.severity === 'block');
}

/** `confirmed`: the findings have been looked at. They hold for the very text that was checked. */
export async function send(sending: Sending, confirmed: boolean): Promise<void> {
  const { conversation, check } = sending;
  const draft = draftOf(conversation).value;
  const text = draft.text.trim();
  if (text === '' || check.value.state === 'checking') return;
  const looked = confirmed && check.value.text === text && blocking(check.value).length === 0;
  if (!draft.note && !looked) {
    if (!(await passes(conversation, text, check))) return;
    // It was written on meanwhile: what is there now has not been checked.
    if (draftOf(conversation).value.text.trim() !== text) return;
  }
  check.value = UNCHECKED;
  setDraft(conversation, { text: '', suggestion: undefined });
  outbox.send({
    conversation,
    kind: draft.note ? 'note' : 'message',
    text,
    behind: sending.behind,
    ...(draft.note ? { whisper: sending.whisper } : { suggestion: draft.suggestion }),
  });
}

async function passes(conversation: string, text: string, check: Signal<Check>): Promise<boolean> {
  check.value = { state: 'checking', text, findings: [] };
  try {
    const { findings } = await post('/v1/conversations/{id}/check', {
      path: { id: conversation },
      body: { text },
    });
    check.value = { state: findings.length === 0 ? 'none' : 'found', text, findings };
    return findings.length === 0;
  } catch (error) {
    check.value = { state: 'wrong', text, findings: [], error };
    return false;
  }
}

const SAY_AGAIN_MS = 4_000;
const STOPPED_MS = 5_000;

/** Says that somebody writes, now and then while they do, and once when they stop. */
export class Typing {
  private saidAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly say: (typing: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  wrote(): void {
    if (this.now() - this.saidAt >= SAY_AGAIN_MS) {
      this.saidAt = this.now();
      this.say(true);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stopped(), STOPPED_MS);
  }

  stopped(): void {
    clearTimeout(this.timer);
    if (this.saidAt !== 0) this.say(false);
    this.saidAt = 0;
  }
}

/** Not stored by the engine, and not tried again: the next one comes soon. */
export function tellTyping(conversation: string): Typing {
  return new Typing((typing) => {
    const ask = { path: { id: conversation }, body: { typing }, tries: 1 };
    post('/v1/conversations/{id}/signals', ask).catch(() => {});
  });
}

export function newCheck(): Signal<Check> {
  return signal(UNCHECKED);
}
