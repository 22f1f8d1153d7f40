// One conversation as somebody has it open: its details, lines, notes and suggestions, kept up by the live events.
import { batch, signal } from '@preact/signals';
import { get } from '../../api/client';
import { asProblem, type Problem } from '../../api/problem';
import type { ConversationView, MessageView, NoteView, SuggestionsView } from '../../api/types';
import { asView, type LiveEvent } from '../../live/events';
import { gapAfter, merged, mergedNotes } from './transcript';

const PAGE = 200;

/** Events after which the details are asked for anew. */
const CHANGES: ReadonlySet<string> = new Set([
  'conversation.reopened',
  'conversation.resolved',
  'handoff.requested',
  'handoff.accepted',
  'handoff.released',
  'handoff.ended',
  'handoff.unaccepted',
  'handoff.offered',
  'handoff.declined',
  'handoff.snoozed',
  'handoff.resumed',
  'sla.warning',
  'sla.breached',
  'csat.rated',
  'message.created',
]);

export class Chat {
  readonly detail = signal<ConversationView | undefined>(undefined);
  readonly messages = signal<readonly MessageView[]>([]);
  readonly notes = signal<readonly NoteView[]>([]);
  readonly suggestions = signal<SuggestionsView | undefined>(undefined);
  readonly problem = signal<Problem | undefined>(undefined);
  /** `seq` of the newest message that the customer has seen. */
  readonly readSeq = signal(0);
  /** Until when the customer is taken to be writing, in milliseconds. */
  readonly typingUntil = signal(0);
  private versions: ReadonlyMap<string, number> = new Map();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private filling = false;

  constructor(readonly id: string) {}

  async load(): Promise<void> {
    const path = { id: this.id };
    try {
      const [detail, notes] = await Promise.all([
        get('/v1/conversations/{id}', { path }),
        get('/v1/conversations/{id}/notes', { path }),
        this.fill(this.messages.value.at(-1)?.seq ?? 0),
      ]);
      batch(() => {
        this.problem.value = undefined;
        this.take(detail);
        this.notes.value = mergedNotes(this.notes.value, notes.data);
      });
      await this.suggest();
    } catch (error) {
      this.problem.value = asProblem(error);
    }
  }

  hear(event: LiveEvent): void {
    const { data } = event;
    if (event.kind === 'typing') {
      if (data.from === 'customer') this.typingUntil.value = data.typing ? Date.now() + TYPING_MS : 0;
      return;
    }
    if (event.kind === 'read') {
      if (data.from === 'customer') this.readSeq.value = Math.max(this.readSeq.value, data.seq ?? 0);
      return;
    }
    if (event.kind === 'note.created' && data.note) this.addNote(data.note);
    if (event.kind === 'message.created' && data.message) {
      this.add([asView(data.message)]);
      if (data.message.from.kind === 'customer') this.typingUntil.value = 0;
    }
    if (CHANGES.has(event.kind)) this.refreshSoon();
  }

  add(messages: readonly MessageView[]): void {
    this.messages.value = merged(this.messages.value, messages);
    const gap = gapAfter(this.messages.value);
    if (gap !== undefined && this.detail.value) void this.fill(gap).catch(() => {});
  }

  addNote(note: NoteView): void {
    this.notes.value = mergedNotes(this.notes.value, [note]);
  }

  /** Several events of one turn come together; one question answers them all. */
  refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh().catch(() => {}), 200);
  }

  async refresh(): Promise<void> {
    this.take(await get('/v1/conversations/{id}', { path: { id: this.id } }));
    await this.suggest();
  }

  /** The turn that a message is of. The why page is found by it. */
  async versionOf(message: string): Promise<number | undefined> {
    if (!this.versions.has(message)) {
      const turns = await get('/v1/conversations/{id}/trace', { path: { id: this.id } });
      this.versions = new Map(
        turns.data.flatMap((turn) => turn.messages.map((one) => [one.id, turn.version] as const)),
      );
    }
    return this.versions.get(message);
  }

  private take(detail: ConversationView): void {
    if (detail.version >= (this.detail.value?.version ?? 0)) this.detail.value = detail;
  }

  private async fill(after: number): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    try {
      for (let from = after; ; ) {
        const page = await get('/v1/conversations/{id}/messages', {
          path: { id: this.id },
          query: { after: from, limit: PAGE },
        });
        this.messages.value = merged(this.messages.value, page.data);
        const last = page.data.at(-1);
        if (page.data.length < PAGE || !last) return;
        from = last.seq;
      }
    } finally {
      this.filling = false;
    }
  }

  private async suggest(): Promise<void> {
    const detail = this.detail.value;
    if (!detail?.handoff || detail.status !== 'open' || detail.owner === 'bot') {
      this.suggestions.value = { suggested_replies: [], articles: [] };
      return;
    }
    this.suggestions.value = await get('/v1/conversations/{id}/suggestions', { path: { id: this.id } });
  }
}

/** Whoever stops writing without saying so is believed to have stopped after this. */
const TYPING_MS = 8_000;
