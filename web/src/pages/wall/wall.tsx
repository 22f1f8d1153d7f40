// The live wall: how the business stands now, and every open conversation, to be watched, whispered into or taken over.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client';
import type { WallView } from '../../api/types';
import { href } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { Badge, Time } from '../../parts/basics';
import { wordFor, words } from '../../words';
import { PageHead, Shown } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { spoken } from '../why/said';
import { Conversations } from './conversations';
import { Course } from './course';
import { moodTone, percentOrDash, slaTone, type Tone, waitingTone } from './figures';
import { samples, takeSample } from './samples';
import '../../styles/wall.css';

const REFRESH_MS = 10_000;

export function WallPage({ values }: PageProps) {
  const wall = useFresh(() => get('/v1/wall', {}), [], {
    everyMs: REFRESH_MS,
    stale: (event) => event.position !== undefined,
  });
  const { data, error } = wall.state.value;
  useEffect(() => {
    if (data) takeSample(data);
  }, [data]);
  return (
    <div class="page page-wide">
      <PageHead title="Wall">
        {data && (
          <p class="dim small">
            As of <Time at={data.at} />, kept up as things happen
          </p>
        )}
      </PageHead>
      <Shown value={data} error={error} retry={wall.reload}>
        {(view) => (
          <>
            <Alerts alerts={view.alerts} />
            <Tiles wall={view} />
            <ByQueue queues={view.waiting.by_queue} />
          </>
        )}
      </Shown>
      <Conversations watched={values[0]} />
    </div>
  );
}

const MEASURES: Readonly<Record<string, string>> = {
  negative_share: 'share of unhappy messages',
  out_of_scope_share: 'share of messages out of scope',
  unavailable_share: 'share of messages that the engine failed to read',
  waiting: 'customers waiting',
  oldest_wait: 'longest wait in minutes',
};

function Alerts({ alerts }: { alerts: WallView['alerts'] }) {
  const isShare = (measure: string) => measure.endsWith('_share');
  const write = (measure: string, value: number) =>
    isShare(measure) ? percentOrDash(value) : String(Math.round(value * 10) / 10);
  return (
    <div class="alerts" role="alert">
      {alerts.map((alert) => (
        <p key={alert.name} class="note note-danger">
          <strong>{spoken(alert.name)}</strong>: {MEASURES[alert.measure] ?? spoken(alert.measure)}{' '}
          {write(alert.measure, alert.value)}, above {write(alert.measure, alert.above)}, since{' '}
          <Time at={alert.since} />
        </p>
      ))}
    </div>
  );
}

function Tiles({ wall }: { wall: WallView }) {
  const course = samples.value;
  const whole = (value: number) => String(Math.round(value));
  return (
    <div class="tiles">
      <Tile label="Waiting" value={String(wall.waiting.count)} tone={waitingTone(wall)}>
        <Course label="Waiting" samples={course} figure="waiting" write={whole} />
        <p class="dim small">
          {wall.waiting.oldest_since ? (
            <>
              longest <Time at={wall.waiting.oldest_since} as="since" />
            </>
          ) : (
            'nobody waits'
          )}
        </p>
      </Tile>
      <Tile label="SLA" value={`${wall.sla.breached} late`} tone={slaTone(wall.sla)}>
        <Course label="Late or soon due" samples={course} figure="late" write={whole} />
        <p class="dim small">{wall.sla.at_risk} soon due</p>
      </Tile>
      <Tile
        label="Unhappy, last hour"
        value={percentOrDash(wall.mood.negative_share)}
        tone={moodTone(wall.mood)}
      >
        <Course label="Unhappy" samples={course} figure="negative" write={percentOrDash} most={1} />
        <p class="dim small">of {wall.mood.messages} messages</p>
      </Tile>
      <Tile label="Bot keeps, 24 h" value={percentOrDash(wall.bot.share)} tone="calm">
        <Course label="Kept by the bot" samples={course} figure="contained" write={percentOrDash} most={1} />
        <p class="dim small">
          {wall.bot.contained} of {wall.bot.conversations}; {wall.bot.handed_off} to people
        </p>
      </Tile>
      <Tile
        label="Agents online"
        value={String(wall.agents.online)}
        tone={wall.agents.online === 0 ? 'warn' : 'calm'}
      >
        <p class="small">
          <a href={href('agents')}>
            {(['busy', 'wrap_up', 'away', 'offline'] as const)
              .map((state) => `${wall.agents[state]} ${wordFor(words.presence, state).toLowerCase()}`)
              .join(', ')}
          </a>
        </p>
      </Tile>
      <Tile label="Open" value={String(wall.open.bot + wall.open.queue + wall.open.agent)} tone="calm">
        <p class="dim small">
          {wall.open.bot} bot, {wall.open.queue} waiting, {wall.open.agent} with agents
        </p>
      </Tile>
      <Tile label="Resolved, 24 h" value={String(wall.resolved_24h)} tone="calm">
        <p class="dim small">
          {wall.csat_24h.mean == null
            ? 'no rating yet'
            : `rated ${wall.csat_24h.mean.toFixed(1)} of 5, by ${wall.csat_24h.count}`}
        </p>
      </Tile>
    </div>
  );
}

interface TileProps {
  label: string;
  value: string;
  tone: Tone;
  children: ComponentChildren;
}

/** The tone is in the colour and in a word, for whoever does not see the colour. */
function Tile({ label, value, tone, children }: TileProps) {
  return (
    <section class={`tile tile-${tone}`} aria-label={label}>
      <h2 class="tile-label">{label}</h2>
      <p class="tile-value number">
        {value}{' '}
        {tone !== 'calm' && (
          <Badge tone={tone === 'bad' ? 'danger' : 'warn'}>{tone === 'bad' ? 'act' : 'look'}</Badge>
        )}
      </p>
      {children}
    </section>
  );
}

function ByQueue({ queues }: { queues: WallView['waiting']['by_queue'] }) {
  if (queues.length === 0) return null;
  return (
    <ul class="lines" aria-label="Waiting, by queue">
      {queues.map((queue) => (
        <li key={queue.queue}>
          <strong>{spoken(queue.queue)}</strong>
          <span class="number">{queue.waiting}</span>
          {queue.oldest_since && (
            <span class="dim small">
              longest <Time at={queue.oldest_since} as="since" />
            </span>
          )}
          {!queue.open && <Badge>closed</Badge>}
        </li>
      ))}
    </ul>
  );
}
