// Watching one conversation: its lines as they come, read only. Nobody is told; a whisper reaches its holder alone, and
// taking over is told to all.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { post } from '../../api/client';
import { newKey } from '../../api/key';
import type { ConversationView } from '../../api/types';
import { go, href } from '../../app/router';
import { may, me } from '../../app/session';
import { toast } from '../../app/toasts';
import { generation, subscribe } from '../../live/feed';
import { Badge, Button, InlineProblem, Loading, Time, Wrong } from '../../parts/basics';
import { now } from '../../parts/clock';
import { wordFor, words } from '../../words';
import { Chat } from '../desk/chat';
import { type Entry, entriesOf } from '../desk/transcript';
import { Confirm, type Question } from '../shared/confirm';
import { useDeed } from '../shared/deed';

export function Watch({ id }: { id: string }) {
  const chat = useMemo(() => new Chat(id), [id]);
  const missed = generation.value;
  useEffect(
    () =>
      subscribe((event) => {
        if (event.data.conversation_id === chat.id) chat.hear(event);
      }),
    [chat],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what may have been missed is read anew
  useEffect(() => {
    void chat.load();
  }, [chat, missed]);
  // On a small screen it stands far from the list that it was chosen in.
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest' }), []);
  const detail = chat.detail.value;
  const problem = chat.problem.value;
  return (
    <aside ref={panel} class="watch card" aria-label="The conversation that is watched">
      {detail ? (
        <Watched chat={chat} detail={detail} />
      ) : problem ? (
        <Wrong error={problem} retry={() => void chat.load()} />
      ) : (
        <Loading />
      )}
    </aside>
  );
}

function Watched({ chat, detail }: { chat: Chat; detail: ConversationView }) {
  const customer = detail.customer.name || 'A visitor';
  const holder = detail.agent?.name || detail.agent?.id || undefined;
  const mine = detail.agent?.id === me();
  const open = detail.status === 'open';
  return (
    <>
      <header class="watch-head">
        <div>
          <h2>{customer}</h2>
          <p class="dim small">
            {open ? (holder ?? wordFor(words.owner, detail.owner)) : 'Resolved'}, since{' '}
            <Time at={detail.since ?? detail.updated_at} />
          </p>
        </div>
        <div class="cluster">
          <a class="button button-quiet" href={href('why', chat.id)}>
            Why
          </a>
          {may('desk') && (
            <a class="button button-quiet" href={href('desk', chat.id)}>
              At the desk
            </a>
          )}
          <a class="icon-button" href={href('wall')} aria-label="Stop watching">
            ×
          </a>
        </div>
      </header>
      <Lines chat={chat} customer={customer} />
      {may('supervise') && open && (
        <footer class="watch-foot">
          {detail.owner === 'agent' && !mine && <Whisper chat={chat} holder={holder ?? 'the agent'} />}
          {!mine && <TakeOver chat={chat} detail={detail} holder={holder} />}
        </footer>
      )}
    </>
  );
}

/** Stays at the end while one reads there. */
function Lines({ chat, customer }: { chat: Chat; customer: string }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const entries = entriesOf(chat.messages.value, chat.notes.value, []);
  const typing = chat.typingUntil.value > now.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is added moves the end
  useLayoutEffect(() => {
    const element = box.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [entries.length, typing]);
  return (
    <div
      class="watch-lines"
      ref={box}
      role="log"
      aria-label="What was written"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < 80;
      }}
    >
      {entries.length === 0 && <p class="dim">Nothing has been written yet.</p>}
      {entries.map((entry) => (
        <Line key={entry.key} entry={entry} customer={customer} />
      ))}
      {typing && <p class="dim small">{customer} is writing …</p>}
    </div>
  );
}

function Line({ entry, customer }: { entry: Entry; customer: string }) {
  if (entry.kind === 'pending') return null;
  if (entry.kind === 'day') {
    return <p class="watch-day">{new Date(entry.at).toDateString()}</p>;
  }
  if (entry.kind === 'note') {
    const { note } = entry;
    return (
      <div class="watch-line watch-line-note">
        <p class="dim small">
          <Badge>{note.whisper ? 'whisper' : 'note'}</Badge> {note.agent.name || note.agent.id},{' '}
          <Time at={note.at} />
        </p>
        <p class="watch-text">{note.text}</p>
      </div>
    );
  }
  const { message } = entry;
  if (message.from === 'system') {
    return (
      <p class="watch-day">
        {message.text} <Time at={message.at} />
      </p>
    );
  }
  const names: Readonly<Record<string, string | undefined>> = {
    customer,
    bot: words.owner.bot,
    agent: message.agent?.name || message.agent?.id || undefined,
  };
  return (
    <div class={`watch-line watch-line-${message.from}`}>
      <p class="dim small">
        {names[message.from] ?? message.from}, <Time at={message.at} />
      </p>
      <p class="watch-text">{message.text}</p>
    </div>
  );
}

function Whisper({ chat, holder }: { chat: Chat; holder: string }) {
  const [text, setText] = useState('');
  const [idempotencyKey, setKey] = useState(newKey);
  const deed = useDeed();
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    const done = await deed.run(async () => {
      const body = { text: text.trim(), whisper: true };
      const path = { id: chat.id };
      chat.addNote(await post('/v1/conversations/{id}/notes', { path, body, idempotencyKey }));
    });
    if (!done) return;
    setText('');
    setKey(newKey());
  };
  return (
    <form class="whisper" onSubmit={(event) => void send(event)}>
      <input
        aria-label={`Whisper to ${holder}; the customer does not see it`}
        placeholder={`Whisper to ${holder}`}
        value={text}
        autoComplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" busy={deed.busy} disabled={text.trim() === ''}>
        Whisper
      </Button>
      <InlineProblem error={deed.problem} />
    </form>
  );
}

function TakeOver(props: { chat: Chat; detail: ConversationView; holder: string | undefined }) {
  const { chat, detail, holder } = props;
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const from = {
    agent: `${holder ?? 'The agent'} loses the conversation and sees that you have it.`,
    queue: 'It leaves the queue.',
    bot: 'The bot says nothing more in it.',
  }[detail.owner];
  const ask = () => {
    const idempotencyKey = newKey();
    setQuestion({
      title: 'Take the conversation over?',
      says: [
        ...(from === undefined ? [] : [from]),
        'The customer reads that you have joined, and you answer from now on.',
      ],
      yes: 'Take it over',
      danger: false,
      work: async () => {
        await post('/v1/conversations/{id}/takeover', { path: { id: chat.id }, body: {}, idempotencyKey });
        toast('It is yours now.');
        go(href('desk', chat.id));
      },
    });
  };
  return (
    <>
      <Button kind="primary" onClick={ask}>
        Take over
      </Button>
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}
