// The agent's desk: lists, one conversation, and what is known of it, side by side; on a small screen one at a time.
import { useEffect } from 'preact/hooks';
import type { PageProps } from '../../app/routes';
import { Empty } from '../../parts/basics';
import { ChatPane } from './chat_pane';
import { run } from './commands';
import { chatOf, open } from './desk';
import './desk.css';
import './desk_chat.css';
import './desk_side.css';
import { Dialogs } from './dialogs';
import { pane } from './face';
import { commandOf, nameOf, takesText } from './keys';
import { ListsPane } from './lists_pane';
import { SidePane } from './side_pane';
import { say } from './words';

export function DeskPage({ values }: PageProps) {
  const id = values[0];
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
  const chat = id === undefined ? undefined : chatOf(id);
  return (
    <div class="desk" data-pane={chat ? pane.value : 'lists'}>
      <h1 class="unseen">{say.title}</h1>
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
