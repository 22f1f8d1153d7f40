// One line of a conversation: a message, a note, something on its way, or the beginning of a day.
import type { MessageView, SourceView } from '../../api/types';
import { go, href } from '../../app/router';
import { toastProblem } from '../../app/toasts';
import { Button, Time } from '../../parts/basics';
import { wordFor } from '../../words';
import type { Chat } from './chat';
import { outbox } from './desk';
import { accused, dialog, focusText, setDraft } from './face';
import type { Row } from './outbox';
import type { Entry } from './transcript';
import { say } from './words';

interface LineProps {
  entry: Entry;
  chat: Chat;
  customer: string;
  /** Whether it is the newest that the customer has seen. */
  read: boolean;
}

const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export function Line({ entry, chat, customer, read }: LineProps) {
  switch (entry.kind) {
    case 'day':
      return <p class="line-day">{day.format(Date.parse(entry.at))}</p>;
    case 'note':
      return (
        <div class="line line-note">
          <p class="line-head">
            <strong>{entry.note.whisper ? say.whisper : say.note}</strong> {entry.note.agent.name}{' '}
            <Time at={entry.note.at} />
          </p>
          <p class="line-text">{entry.note.text}</p>
        </div>
      );
    case 'pending':
      return <PendingLine row={entry.row} />;
    case 'message':
      return <MessageLine message={entry.message} chat={chat} customer={customer} read={read} />;
  }
}

function MessageLine(props: { message: MessageView; chat: Chat; customer: string; read: boolean }) {
  const { message, chat } = props;
  if (message.from === 'system') {
    return (
      <p class="line-system">
        {message.text} · <Time at={message.at} />
      </p>
    );
  }
  const name = {
    customer: props.customer || say.anonymous,
    agent: message.agent?.name || message.agent?.id,
    bot: say.from.bot,
  }[message.from];
  return (
    <div class={`line line-${message.from}`}>
      <p class="line-head">
        <strong>{name ?? wordFor(say.from, message.from)}</strong> <Time at={message.at} />
        {message.source && <Source source={message.source} />}
        <span class="line-acts">
          <button
            type="button"
            class="line-act"
            title={say.whyLong}
            onClick={() => void showWhy(chat, message.id).catch(toastProblem)}
          >
            {say.why}
          </button>
          {message.from === 'bot' && (
            <button type="button" class="line-act" title={say.wrongLong} onClick={() => accuse(message.id)}>
              {say.wrong}
            </button>
          )}
        </span>
      </p>
      <p class="line-text">{message.text}</p>
      {message.buttons && message.buttons.length > 0 && (
        <p class="line-buttons">
          {message.buttons.map((text) => (
            <span key={text} class="line-button">
              {text}
            </span>
          ))}
        </p>
      )}
      {props.read && <p class="line-read">{say.read}</p>}
    </div>
  );
}

/** Where the bot's words come from, in a word. */
function Source({ source }: { source: SourceView }) {
  const from = {
    article: () => ('article' in source ? source.article : ''),
    canned_response: () => ('id' in source ? source.id : ''),
    flow: () => ('reply' in source ? source.reply : ''),
    earlier_answer: () => '',
  }[source.kind]();
  return from === '' ? null : <span class="line-source">{from}</span>;
}

export async function showWhy(chat: Chat, message: string): Promise<void> {
  const version = await chat.versionOf(message);
  if (version !== undefined) go(href('why', chat.id, version));
}

export function accuse(message: string): void {
  accused.value = message;
  dialog.value = 'wrong';
}

function PendingLine({ row }: { row: Row }) {
  const look = row.kind === 'note' ? 'line line-note' : 'line line-agent';
  const edit = () => {
    setDraft(row.conversation, {
      text: outbox.drop(row.key),
      note: row.kind === 'note',
      suggestion: row.suggestion,
    });
    focusText();
  };
  return (
    <div class={`${look} line-pending`}>
      <p class="line-text">{row.text}</p>
      {row.state === 'failed' ? (
        <div class="line-failed" role="alert">
          <span>
            {say.failed}
            {row.problem ? `: ${row.problem}` : ''}
          </span>
          <Button onClick={() => outbox.retry(row.key)}>{say.retry}</Button>
          <Button kind="quiet" onClick={edit}>
            {say.edit}
          </Button>
          <Button kind="quiet" onClick={() => outbox.drop(row.key)}>
            {say.discard}
          </Button>
        </div>
      ) : (
        <p class="line-read" role="status">
          {row.state === 'waiting' ? say.waitingToSend : say.sending}
        </p>
      )}
    </div>
  );
}
