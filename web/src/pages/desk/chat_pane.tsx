// The middle pane: one conversation, from its head over its lines to the text being written.
import { useEffect } from 'preact/hooks';
import type { ConversationView } from '../../api/types';
import { href } from '../../app/router';
import { may, me } from '../../app/session';
import { Badge, Button, InlineProblem, Loading, Mood, Time, Wrong } from '../../parts/basics';
import { now } from '../../parts/clock';
import { Menu, type MenuItem } from '../../parts/menu';
import { wordFor, words } from '../../words';
import { act } from './acts';
import type { Chat } from './chat';
import { Composer } from './composer';
import { items, markRead } from './desk';
import { actionProblems, dialog, pane } from './face';
import { isMine } from './items';
import { countdown } from './sla';
import { Transcript } from './transcript_pane';
import { say } from './words';

export function ChatPane({ chat }: { chat: Chat }) {
  const detail = chat.detail.value;
  const newest = chat.messages.value.at(-1)?.seq ?? 0;
  useEffect(() => {
    const read = () => {
      if (document.visibilityState === 'visible' && newest > 0) markRead(chat.id, newest);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [chat.id, newest]);
  if (!detail) {
    const problem = chat.problem.value;
    return (
      <section class="desk-chat" aria-label={say.transcript}>
        {problem ? <Wrong error={problem} retry={() => void chat.load()} /> : <Loading />}
      </section>
    );
  }
  return (
    <section class="desk-chat" aria-label={say.transcript}>
      <ChatHead detail={detail} />
      <div class="chat-problem">
        <InlineProblem error={actionProblems.value[chat.id]} />
      </div>
      <Transcript chat={chat} detail={detail} />
      <Composer key={chat.id} chat={chat} detail={detail} />
    </section>
  );
}

function ChatHead({ detail }: { detail: ConversationView }) {
  const mood = items.value.get(detail.id)?.mood ?? detail.handoff?.sentiment;
  const due = countdown(detail.clocks ?? [], now.value);
  return (
    <header class="chat-head">
      <a class="icon-button small-only" href="#/desk" aria-label={say.back}>
        ‹
      </a>
      <div class="chat-who">
        <h2 class="chat-name">{detail.customer.name || say.anonymous}</h2>
        <p class="chat-state">
          <Standing detail={detail} />
          <Mood label={mood?.label} trend={mood?.trend} />
          {due && (
            <span class={`due-${due.tone}`}>
              {wordFor(say.dueText, due.clock)} <span class="number">{due.text}</span>
            </span>
          )}
        </p>
      </div>
      <Acts detail={detail} />
      <button
        type="button"
        class="button button-plain small-only"
        onClick={() => {
          pane.value = 'side';
        }}
      >
        {say.case}
      </button>
    </header>
  );
}

function Standing({ detail }: { detail: ConversationView }) {
  if (detail.status === 'resolved') return <Badge tone="good">{say.resolved}</Badge>;
  const who = { queue: detail.queue, agent: detail.agent?.name || detail.agent?.id, bot: words.owner.bot };
  const name = who[detail.owner as keyof typeof who] ?? '';
  return (
    <>
      <Badge tone={detail.owner === 'agent' && detail.agent?.id === me() ? 'accent' : 'plain'}>{name}</Badge>
      {detail.owner === 'queue' && detail.since && (
        <span>
          {say.waits} <Time at={detail.since} as="since" />
        </span>
      )}
      {detail.offer && <span>{say.offeredTo(detail.offer.agent.name || detail.offer.agent.id || '')}</span>}
      {detail.snoozed_until && (
        <span>
          {say.snoozed} {say.until} <Time at={detail.snoozed_until} />
        </span>
      )}
    </>
  );
}

/** What may be done now, by who has it. The engine decides in the end. */
export function actsOf(detail: ConversationView): Set<string> {
  const all = new Set<string>();
  if (detail.status !== 'open') return all;
  const offered = detail.offer?.agent.id === me();
  if (offered) for (const name of ['accept', 'decline']) all.add(name);
  if (detail.owner === 'queue' && !offered) all.add('claim');
  if (detail.owner === 'bot') all.add('claim');
  if (isMine({ owner: detail.owner, agent: detail.agent ?? null }, me())) {
    for (const name of ['resolve', 'transfer', 'snooze', 'hand_back', 'release']) all.add(name);
  } else if (detail.owner === 'agent' && may('supervise')) all.add('take_over');
  return all;
}

function Acts({ detail }: { detail: ConversationView }) {
  const can = actsOf(detail);
  const show = (name: 'transfer' | 'snooze' | 'resolve') => () => {
    dialog.value = name;
  };
  const more: (MenuItem | 'line')[] = [
    ...(can.has('transfer') ? [{ label: say.transfer, keyHint: 't', run: show('transfer') }] : []),
    ...(can.has('snooze') ? [{ label: say.snooze, keyHint: 's', run: show('snooze') }] : []),
    ...(can.has('hand_back')
      ? [{ label: say.handBack, keyHint: 'b', run: () => void act(detail.id, { name: 'hand_back' }) }]
      : []),
    ...(can.has('release')
      ? [{ label: say.release, keyHint: 'u', run: () => void act(detail.id, { name: 'release' }) }]
      : []),
    {
      label: say.whyLong,
      keyHint: 'y',
      run: () => {
        location.hash = href('why', detail.id, detail.version);
      },
    },
  ];
  return (
    <div class="chat-acts">
      {(['accept', 'claim', 'take_over'] as const)
        .filter((name) => can.has(name))
        .map((name) => (
          <Button
            key={name}
            kind="primary"
            keyHint={name === 'take_over' ? 'v' : 'a'}
            onClick={() => void act(detail.id, { name })}
          >
            {{ accept: say.accept, claim: say.claim, take_over: say.takeOver }[name]}
          </Button>
        ))}
      {can.has('resolve') && (
        <Button keyHint="e" onClick={show('resolve')}>
          {say.resolve}
        </Button>
      )}
      <Menu label={say.actions} items={more} look="icon-button">
        ⋯
      </Menu>
    </div>
  );
}
