// The left pane: presence, offers, and the three lists.
import { batch, useComputed } from '@preact/signals';
import { go, href } from '../../app/router';
import { may, me } from '../../app/session';
import { Button, Empty, Loading, Wrong } from '../../parts/basics';
import { now, span } from '../../parts/clock';
import { VirtualList } from '../../parts/virtual_list';
import { act, takeNext } from './acts';
import {
  filter,
  inLine,
  type ListName,
  list,
  load,
  loaded,
  mine,
  offers,
  open,
  problem,
  rest,
  unread,
} from './desk';
import { ItemRow } from './item_row';
import { found, type Item, offeredUntil } from './items';
import { PresenceBar } from './presence_bar';
import { say } from './words';

/** CSS pixels; `.desk-row` in desk.css is as high. */
const ROW_HEIGHT = 76;

export function listed(name: ListName): readonly Item[] {
  const all = { mine, waiting: inLine, others: rest }[name].value;
  return found(all, filter.value);
}

export function ListsPane() {
  const shown = useComputed(() => listed(list.value));
  return (
    <section class="desk-lists" aria-label={say.lists}>
      <PresenceBar />
      <Offers />
      <Tabs />
      <div class="desk-filter">
        <input
          id="desk-filter"
          type="search"
          aria-label={say.filter}
          placeholder={say.filterShort}
          value={filter.value}
          onInput={(event) => {
            filter.value = event.currentTarget.value;
          }}
        />
        {list.value === 'waiting' && inLine.value.length > 0 && (
          <Button onClick={() => takeNext()}>{say.takeNext}</Button>
        )}
      </div>
      <ListBody items={shown.value} />
    </section>
  );
}

function Offers() {
  return (
    <div aria-live="assertive">
      {offers.value.map((item) => (
        <OfferCard key={item.id} item={item} />
      ))}
    </div>
  );
}

function OfferCard({ item }: { item: Item }) {
  const until = offeredUntil(item, me(), now.value);
  if (until === undefined) return null;
  return (
    <div class="offer">
      <p class="offer-head">
        <strong>{say.offer}</strong>
        <span class="number">{span(until - now.value)}</span>
      </p>
      <p class="offer-text">
        {item.customer.name || say.anonymous}
        {item.last_message && <span class="dim"> · {item.last_message.text}</span>}
      </p>
      <div class="offer-acts">
        <Button kind="primary" keyHint="a" onClick={() => void act(item.id, { name: 'accept' })}>
          {say.accept}
        </Button>
        <Button keyHint="x" onClick={() => void act(item.id, { name: 'decline' })}>
          {say.decline}
        </Button>
      </div>
    </div>
  );
}

function Tabs() {
  const news = Object.values(unread.value).reduce((sum, count) => sum + count, 0);
  const tabs: { name: ListName; label: string; count: number }[] = [
    { name: 'mine', label: say.mine, count: mine.value.length },
    { name: 'waiting', label: say.waiting, count: inLine.value.length },
    ...(may('supervise') ? [{ name: 'others' as const, label: say.others, count: rest.value.length }] : []),
  ];
  return (
    <div class="tabs" role="tablist" aria-label={say.lists}>
      {tabs.map((tab) => (
        <button
          key={tab.name}
          type="button"
          role="tab"
          class="tab"
          aria-selected={list.value === tab.name}
          onClick={() =>
            batch(() => {
              list.value = tab.name;
              filter.value = '';
            })
          }
        >
          {tab.label} <span class="tab-count">{tab.count}</span>
          {tab.name === 'mine' && news > 0 && (
            <span class="count" title={say.unread(news)}>
              <span aria-hidden="true">{news}</span>
              <span class="unseen">{say.unread(news)}</span>
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

const NONE: Record<ListName, string> = {
  mine: say.noneMine,
  waiting: say.noneWaiting,
  others: say.noneOthers,
};

function ListBody({ items }: { items: readonly Item[] }) {
  if (problem.value && !loaded.value) return <Wrong error={problem.value} retry={() => void load()} />;
  if (!loaded.value) return <Loading />;
  if (items.length === 0) {
    const filtered = filter.value.trim() !== '';
    const text = !filtered && list.value === 'mine' ? say.noneMineText : undefined;
    return <Empty title={filtered ? say.noneFound : NONE[list.value]}>{text}</Empty>;
  }
  return (
    <div class="desk-list">
      <VirtualList
        label={say[list.value]}
        items={items}
        rowHeight={ROW_HEIGHT}
        keyOf={(item) => item.id}
        current={items.findIndex((item) => item.id === open.value)}
      >
        {(item) => <ItemRow item={item} />}
      </VirtualList>
    </div>
  );
}

/** Opens the one after (or before) the present one in the list. */
export function step(by: 1 | -1, items: readonly Item[]): void {
  const at = items.findIndex((item) => item.id === open.value);
  const to = items[at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + by))];
  if (to) go(href('desk', to.id));
}
