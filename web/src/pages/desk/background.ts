// What goes on for an agent whatever page they look at: the lists are kept up, what was written is sent, the heartbeat
// beats, and news are told.
import { effect, untracked } from '@preact/signals';
import { news } from '../../app/news';
import { go, href } from '../../app/router';
import { me } from '../../app/session';
import { connection, subscribe } from '../../live/feed';
import { items, offers, open, outbox, startDesk, unread } from './desk';
import { noticeOf, tell } from './notices';
import { startBeating } from './presence';

/** Gives back what ends it. */
export function startBackground(): () => void {
  const ends = [
    startDesk(),
    startBeating(),
    tellNews(),
    effect(() => {
      // Untracked: a row that waits is no reason to hurry, only the connection is.
      if (connection.value === 'open') untracked(() => outbox.hurry());
    }),
    effect(() => {
      const counts = Object.values(unread.value);
      news.value = counts.reduce((sum, count) => sum + count, offers.value.length);
    }),
  ];
  return () => {
    for (const end of ends) end();
    news.value = 0;
  };
}

function tellNews(): () => void {
  return subscribe((event) => {
    const looking = document.visibilityState === 'visible' && document.hasFocus() ? open.value : undefined;
    const item = items.value.get(event.data.conversation_id ?? '');
    const notice = noticeOf(event, item, me(), looking);
    if (notice) tell(notice, (conversation) => go(href('desk', conversation)));
  });
}
