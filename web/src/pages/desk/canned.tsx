// The list of canned responses over the text field: searched while one types, chosen by arrows and Enter.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { get } from '../../api/client';
import type { ReplyView } from '../../api/types';
import { InlineProblem } from '../../parts/basics';
import { say } from './words';

const SHOWN = 8;
const WAIT_MS = 120;

interface Found {
  replies: readonly ReplyView[];
  error?: unknown;
  done: boolean;
}

export interface Canned {
  id: string;
  currentId: string | undefined;
  found: Signal<Found>;
  at: Signal<number>;
  /** Whether the key was meant for the list. */
  key(event: KeyboardEvent, take: (reply: ReplyView) => void): boolean;
}

const NOTHING: Found = { replies: [], done: false };

/** `query` undefined: nothing is asked. */
export function useCanned(conversation: string, query: string | undefined): Canned {
  const id = useId();
  const found = useSignal<Found>(NOTHING);
  const at = useSignal(0);
  useEffect(() => {
    if (query === undefined) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const ask = { query: { q: query, limit: SHOWN, conversation }, signal: controller.signal };
      get('/v1/replies', ask).then(
        ({ data }) => {
          found.value = { replies: data, done: true };
          at.value = 0;
        },
        (error: unknown) => {
          if (!controller.signal.aborted) found.value = { replies: [], error, done: true };
        },
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [conversation, query, found, at]);

  const key = (event: KeyboardEvent, take: (reply: ReplyView) => void): boolean => {
    const { replies } = found.value;
    const reply = replies[at.value];
    if ((event.key === 'Enter' || event.key === 'Tab') && reply) take(reply);
    else if (event.key === 'ArrowDown') at.value = Math.min(replies.length - 1, at.value + 1);
    else if (event.key === 'ArrowUp') at.value = Math.max(0, at.value - 1);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { id, found, at, key, currentId: found.value.replies.length > 0 ? `${id}-${at.value}` : undefined };
}

export function CannedList({ canned, take }: { canned: Canned; take(reply: ReplyView): void }) {
  const { replies, error, done } = canned.found.value;
  return (
    <div class="canned">
      <p class="canned-head">
        <strong>{say.canned}</strong> <span class="dim">{say.cannedHint}</span>
      </p>
      <InlineProblem error={error} />
      {done && !error && replies.length === 0 && <p class="canned-none dim">{say.noCanned}</p>}
      {replies.length > 0 && (
        <div role="listbox" id={canned.id} aria-label={say.canned} tabIndex={-1}>
          {replies.map((reply, at) => (
            <button
              key={reply.id}
              id={`${canned.id}-${at}`}
              type="button"
              role="option"
              tabIndex={-1}
              class="canned-item"
              aria-selected={at === canned.at.value}
              // The text field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(reply)}
            >
              <span class="canned-id">{reply.id}</span>
              <span class="canned-text">{reply.text}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
