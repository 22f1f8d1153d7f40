// One turn as a story: what came in, what was read, which rules were considered, what was found, what was said.
import type { MessageView, TraceView } from '../../api/types';
import { Badge, Mood, Time } from '../../parts/basics';
import { Raw } from '../shared/frame';
import { becauseOf, ending } from './ending';
import { Inputs } from './inputs';
import { RuleList } from './rule_list';
import type { Rule } from './rules';
import { language, percent, quoted, spoken } from './said';
import { barsOf, cameIn, canBeOtherwise, parted, wordsFrom } from './turns';
import { WhatIf } from './what_if';

export function Story({ conversation, turn }: { conversation: string; turn: TraceView }) {
  const { heard, said } = parted(turn.messages);
  return (
    <>
      <section class="card chapter" aria-label="What came in">
        <h2>{cameIn(turn)}</h2>
        <p class="dim small">
          Turn {turn.version}, <Time at={turn.at} />
        </p>
        {heard.map((message) => (
          <blockquote key={message.id} class="said">
            {message.text}
          </blockquote>
        ))}
        <Result turn={turn} />
      </section>
      {turn.reading && <ReadingChapter reading={turn.reading} bar={barsOf(turn.rules).answer} />}
      <Rules rules={turn.rules} />
      {turn.reading && turn.reading.hits.length > 0 && <Found hits={turn.reading.hits} said={said} />}
      <Tasks turn={turn} />
      <Ending turn={turn} said={said} />
      {canBeOtherwise(turn) && <WhatIf conversation={conversation} turn={turn} />}
      <Raw summary="The trace as JSON" value={turn} />
    </>
  );
}

function Result({ turn }: { turn: TraceView }) {
  const result = turn.result;
  const fields = Object.entries(result?.fields ?? {});
  if (!result || (fields.length === 0 && !result.problem)) return null;
  return (
    <>
      {result.problem && <p>Why not: {result.problem}</p>}
      {fields.length > 0 && (
        <dl class="facts">
          {fields.map(([name, value]) => (
            <div key={name}>
              <dt>{spoken(name)}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

type Reading = NonNullable<TraceView['reading']>;

function ReadingChapter({ reading, bar }: { reading: Reading; bar: number | undefined }) {
  return (
    <section class="card chapter" aria-label="What was read">
      <h2>What was read</h2>
      {reading.fault && <p class="note note-danger">It could not be read whole: {reading.fault}.</p>}
      {reading.intents.length > 0 && (
        <table class="bars">
          <caption class="unseen">Intents, with how sure the model is</caption>
          <tbody>
            {reading.intents.map((intent) => (
              <tr key={intent.name}>
                <th scope="row">{spoken(intent.name)}</th>
                <td class="bars-track">
                  <Bar value={intent.confidence} bar={bar} />
                </td>
                <td class="number">{percent(intent.confidence)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {bar !== undefined && (
        <p class="dim small">The line marks {percent(bar)}, from which on the bot acts on the likeliest.</p>
      )}
      <dl class="facts">
        {reading.sentiment && (
          <div>
            <dt>Mood</dt>
            <dd>
              <Mood label={reading.sentiment.label} /> {percent(reading.sentiment.negative)} unhappy
            </dd>
          </div>
        )}
        {reading.language && (
          <div>
            <dt>Language</dt>
            <dd>{language(reading.language)}</dd>
          </div>
        )}
        {reading.entities.map((entity, at) => (
          <div key={`${entity.kind} ${at}`}>
            <dt>{spoken(entity.kind)}</dt>
            <dd>
              {entity.value}
              {entity.resolved && entity.resolved !== entity.value ? `, which means ${entity.resolved}` : ''}
            </dd>
          </div>
        ))}
        {reading.model && (
          <div>
            <dt>Model</dt>
            <dd>
              <code>{reading.model}</code>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Bar({ value, bar }: { value: number; bar: number | undefined }) {
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={bar !== undefined && value >= bar ? 'bar-over' : 'bar-under'}
        width={value * 100}
        height="10"
      />
      {bar !== undefined && <line class="bar-line" x1={bar * 100} x2={bar * 100} y1="0" y2="10" />}
    </svg>
  );
}

function Rules({ rules }: { rules: readonly Rule[] }) {
  return (
    <section class="card chapter" aria-label="What was considered">
      <h2>What was considered, in order</h2>
      {rules.length === 0 && <p class="dim">No rule had to be considered.</p>}
      <RuleList rules={rules} />
    </section>
  );
}

function Found({ hits, said }: { hits: Reading['hits']; said: MessageView[] }) {
  const sources = said.flatMap((message) => (message.source?.kind === 'article' ? [message.source] : []));
  const was = (hit: Reading['hits'][number]) =>
    sources.some((source) => source.article === hit.article && source.passage === hit.passage);
  return (
    <section class="card chapter" aria-label="What the search found">
      <h2>What the search found</h2>
      <ol class="passages">
        {hits.map((hit) => (
          <li key={`${hit.article} ${hit.passage}`}>
            <details>
              <summary>
                <span class="number">{percent(hit.score)}</span> {hit.title}
                {hit.heading && hit.heading !== hit.title ? `: ${hit.heading}` : ''}{' '}
                {was(hit) && <Badge tone="good">said</Badge>}{' '}
                {hit.audience === 'internal' && <Badge tone="warn">for agents only</Badge>}
              </summary>
              <blockquote class="said">{hit.text}</blockquote>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

const TASKS: Readonly<Record<string, string>> = {
  lookup: 'It asks the company’s systems',
  send_code: 'It has a one-time code sent',
  timer: 'It sets a timer',
};

function Tasks({ turn }: { turn: TraceView }) {
  const tasks = turn.tasks ?? [];
  if (tasks.length === 0) return null;
  return (
    <section class="card chapter" aria-label="What was set going">
      <h2>What was set going</h2>
      <ul class="says">
        {tasks.map((task) => (
          <li key={task.id}>
            {TASKS[task.kind] ?? spoken(task.kind)}
            {task.lookup && `: ${quoted(task.lookup)}`}
            {task.arguments && Object.keys(task.arguments).length > 0 && (
              <>
                {' '}
                with{' '}
                {new Inputs(task.arguments)
                  .entries()
                  .map(([name, value]) => `${spoken(name)} ${String(value)}`)
                  .join(', ')}
              </>
            )}
            {task.kind === 'timer' && (
              <>
                {' '}
                for <Time at={task.due_at} />
              </>
            )}
            .
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ending({ turn, said }: { turn: TraceView; said: MessageView[] }) {
  return (
    <section class="card chapter chapter-end" aria-label="What came of it">
      <h2>{ending(turn.action, turn.reason ?? undefined)}</h2>
      <Reasons turn={turn} />
      {said.map((message) => (
        <figure key={message.id}>
          <blockquote class="said said-bot">{message.text}</blockquote>
          <figcaption class="dim small">{wordsFrom(message, turn.reading?.hits ?? [])}</figcaption>
        </figure>
      ))}
      {said.length === 0 && <p class="dim">Nothing was said to the customer.</p>}
    </section>
  );
}

/** A handoff may have several reasons: those of the rules that applied, beside the one that weighs most. */
function Reasons({ turn }: { turn: TraceView }) {
  if (turn.action !== 'handoff') return null;
  const also = turn.rules.filter((rule) => rule.fired && rule.rule !== turn.reason && REASONS.has(rule.rule));
  if (also.length === 0) return null;
  return <p>Also, {becauseOf(also.map((rule) => rule.rule))}.</p>;
}

const REASONS: ReadonlySet<string> = new Set([
  'urgent',
  'asked_for_human',
  'sensitive_topic',
  'negative_sentiment',
  'unsupported_language',
  'unavailable',
  'out_of_scope',
  'policy',
  'turn_limit',
  'low_confidence',
]);
