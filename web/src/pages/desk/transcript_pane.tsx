// The lines of a conversation. Follows what is new while one reads at the end, and stays put while one reads above.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ConversationView } from '../../api/types';
import { me } from '../../app/session';
import { now } from '../../parts/clock';
import type { Chat } from './chat';
import { outbox } from './desk';
import { Line } from './line';
import { entriesOf, stillPending } from './transcript';
import { say } from './words';

/** Whoever is this near to the end, in CSS pixels, reads at the end. */
const NEAR = 80;

export function Transcript({ chat, detail }: { chat: Chat; detail: ConversationView }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const rows = outbox.rows.value.filter((row) => row.conversation === chat.id);
  const pending = stillPending(rows, chat.messages.value, chat.notes.value, me());
  const entries = entriesOf(chat.messages.value, chat.notes.value, pending);
  const typing = chat.typingUntil.value > now.value;
  const readAt = lastRead(chat);

  const count = entries.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is added moves the end
  useLayoutEffect(() => {
    const element = box.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [count, typing, chat.id]);

  // The text field grows and shrinks beneath.
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <div
      class="transcript"
      ref={box}
      role="log"
      aria-label={say.transcript}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
      }}
    >
      {entries.length === 0 && <p class="dim transcript-empty">{say.noTranscript}</p>}
      {entries.map((entry) => (
        <Line
          key={entry.key}
          entry={entry}
          chat={chat}
          customer={detail.customer.name}
          read={entry.kind === 'message' && entry.message.id === readAt}
        />
      ))}
      {typing && <p class="typing">{say.typing(detail.customer.name || say.anonymous)}</p>}
    </div>
  );
}

/** The newest of the agents' messages that the customer has seen. */
function lastRead(chat: Chat): string | undefined {
  const seen = chat.messages.value.filter(
    (message) => message.from === 'agent' && message.seq <= chat.readSeq.value,
  );
  return seen.at(-1)?.id;
}
