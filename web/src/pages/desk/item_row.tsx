// One conversation in a list: who, what was said last, why, in what mood, and how long there is.
import { href } from '../../app/router';
import { me } from '../../app/session';
import { Badge, Mood, Time } from '../../parts/basics';
import { now } from '../../parts/clock';
import { wordFor, words } from '../../words';
import { open, unread } from './desk';
import { hasDraft } from './drafts';
import { type Item, isMine } from './items';
import { countdown } from './sla';
import { say } from './words';

const PRIORITY_TONE = { urgent: 'danger', high: 'warn' } as const;

export function ItemRow({ item }: { item: Item }) {
  const here = open.value === item.id;
  const news = unread.value[item.id] ?? 0;
  return (
    <a
      class={here ? 'desk-row desk-row-here' : 'desk-row'}
      href={href('desk', item.id)}
      aria-current={here ? 'true' : undefined}
    >
      <span class="desk-row-line">
        <span class="desk-row-name">{item.customer.name || say.anonymous}</span>
        {news > 0 && (
          <span class="count" title={say.unread(news)}>
            <span aria-hidden="true">{news}</span>
            <span class="unseen">{say.unread(news)}</span>
          </span>
        )}
        <span class="desk-row-time">
          <Since item={item} />
        </span>
      </span>
      <span class="desk-row-text">
        {item.last_message && item.last_message.from !== 'customer' && (
          <span class="dim">{wordFor(say.from, item.last_message.from)}: </span>
        )}
        {item.last_message?.text ?? ''}
      </span>
      <span class="desk-row-line desk-row-signs">
        <Mood label={item.mood?.label} trend={item.mood?.trend} short />
        <Signs item={item} />
        <Due item={item} />
      </span>
    </a>
  );
}

function Since({ item }: { item: Item }) {
  const at = item.owner === 'queue' ? item.since : item.last_message?.at;
  return <Time at={at ?? item.updated_at} as="short" />;
}

function Signs({ item }: { item: Item }) {
  const tone = PRIORITY_TONE[item.priority as keyof typeof PRIORITY_TONE];
  const waits = item.owner === 'queue';
  return (
    <>
      {waits && tone && <Badge tone={tone}>{wordFor(words.priority, item.priority)}</Badge>}
      {item.snoozed_until && <Badge>{say.snoozed}</Badge>}
      {item.owner === 'agent' && hasDraft(item.id) && <Badge tone="accent">{say.draft}</Badge>}
      {item.reason && item.owner !== 'bot' && (
        <span class="desk-row-reason">{wordFor(words.reason, item.reason)}</span>
      )}
      {waits && item.queue && <span class="desk-row-queue">{item.queue}</span>}
      {item.owner === 'bot' && <span class="desk-row-reason">{words.owner.bot}</span>}
      {item.owner === 'agent' && item.agent && !isMine(item, me()) && (
        <span class="desk-row-queue">{item.agent.name || item.agent.id}</span>
      )}
    </>
  );
}

function Due({ item }: { item: Item }) {
  const left = countdown(item.clocks, now.value, true);
  if (!left) return null;
  const what = wordFor(say.dueText, left.clock);
  return (
    <span class={`desk-row-due due-${left.tone}`} title={`${what} ${left.text}`}>
      <span class="unseen">{what} </span>
      {left.text}
    </span>
  );
}
