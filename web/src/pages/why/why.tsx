// Why a turn came out as it did: its trace as a story, beside the other turns of the conversation.
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { TraceView } from '../../api/types';
import { href } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { Badge, Empty, Time } from '../../parts/basics';
import { PageHead, Shown } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { shortEnding } from './ending';
import { Story } from './story';
import { cameIn, canBeOtherwise, chosen } from './turns';
import { WasWrong } from './was_wrong';
import '../../styles/why.css';

export function WhyPage({ values }: PageProps) {
  const [id = '', version] = values;
  const turns = useFresh(() => get('/v1/conversations/{id}/trace', { path: { id } }), [id], {
    stale: (event) => event.position !== undefined && event.data.conversation_id === id,
  });
  const { data, error } = turns.state.value;
  return (
    <div class="page page-wide">
      <PageHead title="Why" lead="What the engine read, which rules it considered, and what came of it.">
        <a class="button button-plain" href={href('desk', id)}>
          Open the conversation
        </a>
      </PageHead>
      <Shown value={data?.data} error={error} retry={turns.reload}>
        {(list) => (
          <Conversation id={id} turns={list} version={version === undefined ? undefined : Number(version)} />
        )}
      </Shown>
    </div>
  );
}

function Conversation(props: { id: string; turns: TraceView[]; version: number | undefined }) {
  const { id, turns } = props;
  const turn = chosen(turns, props.version);
  return (
    <div class="why">
      <Turns id={id} turns={turns} current={turn?.version} />
      {turn ? (
        <article class="why-story" key={turn.version} aria-label={`Turn ${turn.version}`}>
          <WasWrong conversation={id} turn={turn} />
          <Story conversation={id} turn={turn} />
        </article>
      ) : (
        <Empty title="There is no such turn.">Choose one of the list.</Empty>
      )}
    </div>
  );
}

function Turns({ id, turns, current }: { id: string; turns: TraceView[]; current: number | undefined }) {
  const [all, setAll] = useState(false);
  // Offers, timers and the like are many, and seldom what is asked about.
  const shown = turns.filter(
    (turn) => all || turn.version === current || hasWords(turn) || canBeOtherwise(turn),
  );
  return (
    <nav class="why-turns card" aria-label="Turns of this conversation">
      <ol>
        {shown.map((turn) => (
          <li key={turn.version}>
            <a
              class="why-turn"
              href={href('why', id, turn.version)}
              aria-current={turn.version === current ? 'page' : undefined}
            >
              <span class="why-turn-head">
                <span class="number">{turn.version}</span>
                <Time at={turn.at} />
                <Badge tone={turn.action === 'handoff' ? 'warn' : 'plain'}>{shortEnding(turn.action)}</Badge>
              </span>
              <span class="why-turn-text">{turn.messages[0]?.text ?? cameIn(turn)}</span>
            </a>
          </li>
        ))}
      </ol>
      {(all || shown.length < turns.length) && (
        <label class="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
          Also turns without words
        </label>
      )}
    </nav>
  );
}

function hasWords(turn: TraceView): boolean {
  return turn.messages.length > 0;
}
