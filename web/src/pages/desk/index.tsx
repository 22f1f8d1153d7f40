// The agent's desk: lists, one conversation, and what is known of it, side by side; on a small screen one at a time.
import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { go, href } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { me } from '../../app/session';
import { connection, subscribe } from '../../live/feed';
import { Empty } from '../../parts/basics';
import { words } from '../../words';
import { ChatPane } from './chat_pane';
import { run } from './commands';
import { chatOf, items, offers, open, outbox, startDesk, unread } from './desk';
import './desk.css';
import './desk_chat.css';
import './desk_side.css';
import { Dialogs } from './dialogs';
import { pane } from './face';
import { commandOf, nameOf, takesText } from './keys';
import { ListsPane } from './lists_pane';
import { noticeOf, tell, titled } from './notices';
import { startBeating } from './presence';
import { SidePane } from './side_pane';
import { say } from './words';

export function DeskPage({ values }: PageProps) {
  const id = values[0];
  useEffect(() => startDesk(), []);
  useEffect(() => startBeating(), []);
  useEffect(() => tellNews(), []);
  useEffect(() => {
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  useEffect(() => {
    open.value = id;
    pane.value = 'chat';
    return () => {
      open.value = undefined;
    };
  }, [id]);
  useSignalEffect(() => {
    const count = Object.values(unread.value).reduce((sum, one) => sum + one, 0) + offers.value.length;
    document.title = `${titled(say.title, count)} · ${words.product}`;
  });
  useSignalEffect(() => {
    if (connection.value === 'open') outbox.hurry();
  });

  const chat = id === undefined ? undefined : chatOf(id);
  return (
    <div class="desk" data-pane={chat ? pane.value : 'lists'}>
      <ListsPane />
      {chat ? (
        <>
          <ChatPane key={chat.id} chat={chat} />
          <SidePane key={`side-${chat.id}`} chat={chat} />
        </>
      ) : (
        <section class="desk-none">
          <Empty title={say.choose}>{say.chooseText}</Empty>
        </section>
      )}
      <Dialogs chat={chat} />
    </div>
  );
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const command = commandOf(nameOf(event), takesText(event.target));
  if (command && run(command)) event.preventDefault();
}

function tellNews(): () => void {
  return subscribe((event) => {
    const looking = document.visibilityState === 'visible' && document.hasFocus() ? open.value : undefined;
    const item = items.value.get(event.data.conversation_id ?? '');
    const notice = noticeOf(event, item, me(), looking);
    if (notice) tell(notice, (conversation) => go(href('desk', conversation)));
  });
}
