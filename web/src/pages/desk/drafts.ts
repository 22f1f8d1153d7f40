// What is being written and not yet sent, for each conversation; it outlives a reload.
import { recall, remember, rememberedNames } from '../../app/kept';
import { me } from '../../app/session';

export interface Draft {
  text: string;
  /** The suggested reply that the text was made of. */
  suggestion?: string | undefined;
  /** A private note, not a message. */
  note: boolean;
}

export const EMPTY_DRAFT: Draft = { text: '', note: false };

/** Several agents may share a browser: each has their own. */
const prefix = () => `draft.${me()}.`;
const KEPT_MAX = 60;

export function readDraft(conversation: string): Draft {
  try {
    const value: unknown = JSON.parse(recall(prefix() + conversation) ?? 'null');
    if (typeof value !== 'object' || value === null) return EMPTY_DRAFT;
    const { text, suggestion, note } = value as Record<string, unknown>;
    if (typeof text !== 'string') return EMPTY_DRAFT;
    return { text, note: note === true, ...(typeof suggestion === 'string' ? { suggestion } : {}) };
  } catch {
    return EMPTY_DRAFT;
  }
}

/** An empty one is forgotten. With too many kept, the oldest go. */
export function writeDraft(conversation: string, draft: Draft, now: number): void {
  if (draft.text.trim() === '') {
    remember(prefix() + conversation, null);
    return;
  }
  remember(prefix() + conversation, JSON.stringify({ ...draft, at: now }));
  const names = rememberedNames(prefix());
  if (names.length <= KEPT_MAX) return;
  const byAge = names.map((name) => ({ name, at: age(name) })).sort((a, b) => a.at - b.at);
  for (const { name } of byAge.slice(0, names.length - KEPT_MAX)) remember(name, null);
}

export function hasDraft(conversation: string): boolean {
  return recall(prefix() + conversation) !== null;
}

function age(name: string): number {
  const at = /"at":(\d+)/.exec(recall(name) ?? '')?.[1];
  return at === undefined ? 0 : Number(at);
}
