// Every open conversation, what is worst first; one of them can be watched beside the list.
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { ConversationItemView } from '../../api/types';
import { href } from '../../app/router';
import { Badge, Button, Empty, Mood, Time } from '../../parts/basics';
import { now } from '../../parts/clock';
import { wordFor, words } from '../../words';
import { countdown } from '../desk/sla';
import { TextField } from '../shared/fields';
import { Shown } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { spoken } from '../why/said';
import { type Holder, heldBy, worstFirst } from './figures';
import { Watch } from './watch';

const REFRESH_MS = 10_000;

/** The most that the engine gives at once. */
const LIMIT = 200;

const HOLDERS: readonly { value: Holder; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'agent', label: 'With agents' },
  { value: 'queue', label: 'Waiting' },
  { value: 'bot', label: 'With the bot' },
];

export function Conversations({ watched }: { watched: string | undefined }) {
  const [holder, setHolder] = useState<Holder>('all');
  const [typed, setTyped] = useState('');
  const owner = holder === 'all' ? undefined : holder;
  const list = useFresh(
    () => get('/v1/conversations', { query: { status: 'open', owner, limit: LIMIT } }),
    [holder],
    { everyMs: REFRESH_MS, stale: (event) => event.position !== undefined },
  );
  const { data, error } = list.state.value;
  return (
    <section class="watching" aria-label="Open conversations">
      <div class="watching-list">
        <div class="page-head">
          <h2>Open conversations</h2>
          <div class="cluster">
            {HOLDERS.map((one) => (
              <Button key={one.value} pressed={holder === one.value} onClick={() => setHolder(one.value)}>
                {one.label}
              </Button>
            ))}
          </div>
        </div>
        <TextField label="Find by customer, agent or words" type="search" value={typed} onValue={setTyped} />
        <Shown value={data} error={error} retry={list.reload}>
          {(page) => (
            <>
              <Rows items={worstFirst(heldBy(page.data, holder, typed))} watched={watched} />
              {page.next_cursor && (
                <p class="dim small">Of all, the {LIMIT} in which something happened last.</p>
              )}
            </>
          )}
        </Shown>
      </div>
      {watched !== undefined && <Watch key={watched} id={watched} />}
    </section>
  );
}

function Rows({ items, watched }: { items: ConversationItemView[]; watched: string | undefined }) {
  if (items.length === 0) return <Empty title="No open conversation is like this." />;
  return (
    <ul class="convos">
      {items.map((item) => (
        <li key={item.id}>
          <a
            class="convo"
            href={href('wall', item.id)}
            aria-current={item.id === watched ? 'true' : undefined}
          >
            <Row item={item} />
          </a>
        </li>
      ))}
    </ul>
  );
}

const CLOCK_TONES = { plain: 'plain', warn: 'warn', danger: 'danger' } as const;

function Row({ item }: { item: ConversationItemView }) {
  const clock = countdown(item.clocks, now.value, true);
  return (
    <>
      <span class="convo-head">
        <strong>{item.customer.name || 'A visitor'}</strong>
        <Mood label={item.mood?.label} trend={item.mood?.trend} short />
        {item.priority && item.priority !== 'normal' && (
          <Badge tone="warn">{wordFor(words.priority, item.priority)}</Badge>
        )}
        {clock && (
          <Badge tone={CLOCK_TONES[clock.tone]} title={spoken(clock.clock)}>
            {clock.text}
          </Badge>
        )}
        <span class="convo-owner">{ownerOf(item)}</span>
      </span>
      <span class="convo-text">{item.last_message?.text ?? 'Nothing has been written yet.'}</span>
      <span class="dim small">
        <Time at={item.last_message?.at ?? item.updated_at} as="short" />
        {item.reason && `, ${wordFor(words.reason, item.reason).toLowerCase()}`}
      </span>
    </>
  );
}

function ownerOf(item: ConversationItemView): string {
  if (item.owner === 'agent') return item.agent?.name || item.agent?.id || words.owner.agent;
  if (item.owner === 'queue') return item.queue ? spoken(item.queue) : words.owner.queue;
  return words.owner.bot;
}
