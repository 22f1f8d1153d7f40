// The triage card: why a person is needed, what the customer wants, what was tried, and what there was before.
import type { ComponentChildren } from 'preact';
import type { ConversationView, HandoffView } from '../../api/types';
import { href } from '../../app/router';
import { Badge, Time } from '../../parts/basics';
import { span } from '../../parts/clock';
import { wordFor, words } from '../../words';
import type { Chat } from './chat';
import { say } from './words';

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="side-part" aria-label={title}>
      <h2 class="side-title">{title}</h2>
      {children}
    </section>
  );
}

/** Who it is and what it is about: what one reads first. */
export function CaseHead({ detail }: { detail: ConversationView }) {
  const { customer, handoff } = detail;
  return (
    <Part title={customer.name || say.anonymous}>
      <p class="case-customer">
        {customer.id !== '' && <span class="case-id">{customer.id}</span>}
        {customer.tier && <Badge title={say.tier}>{customer.tier}</Badge>}
        <Badge tone={customer.verified ? 'good' : 'warn'}>
          {customer.verified ? say.verified : say.unverified}
        </Badge>
        {detail.rating && (
          <Badge>
            {say.rating}: {detail.rating.score}/5
          </Badge>
        )}
      </p>
      {detail.rating?.comment && <p class="case-quote">{detail.rating.comment}</p>}
      {handoff?.summary && <p class="case-summary">{handoff.summary}</p>}
      {!handoff && <p class="dim">{say.noCase}</p>}
    </Part>
  );
}

export function CaseCard({ chat, detail }: { chat: Chat; detail: ConversationView }) {
  return (
    <>
      {detail.handoff && <Handoff handoff={detail.handoff} />}
      <Earlier detail={detail} />
      <Articles chat={chat} />
      {detail.time_spent && (
        <Part title={say.timeSpent}>
          <dl class="pairs">
            {(['bot', 'queue', 'agent'] as const).map((name) => (
              <div key={name}>
                <dt>{words.owner[name]}</dt>
                <dd class="number">{span((detail.time_spent?.[name] ?? 0) * 1000)}</dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
    </>
  );
}

function Handoff({ handoff }: { handoff: HandoffView }) {
  return (
    <>
      <Part title={say.reasons}>
        <ul class="case-list">
          {handoff.why.map((why) => (
            <li key={why.reason}>
              <strong>{wordFor(words.reason, why.reason)}</strong> <span class="dim">{why.text}</span>
            </li>
          ))}
        </ul>
        <p class="case-intents">
          {handoff.intents.slice(0, 3).map((intent) => (
            <Badge key={intent.name}>
              {wordFor({}, intent.name)} {Math.round(intent.confidence * 100)} %
            </Badge>
          ))}
        </p>
      </Part>
      {handoff.contact && (
        <Part title={say.contact}>
          <p>
            {handoff.contact.value} {handoff.contact.callback && <Badge tone="accent">{say.callback}</Badge>}
          </p>
        </Part>
      )}
      {handoff.entities.length > 0 && (
        <Part title={say.entities}>
          <dl class="pairs">
            {handoff.entities.map((entity) => (
              <div key={`${entity.kind}-${entity.value}`}>
                <dt>{wordFor({}, entity.kind)}</dt>
                <dd>{entity.resolved ?? entity.value}</dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
      <Tried handoff={handoff} />
    </>
  );
}

function Tried({ handoff }: { handoff: HandoffView }) {
  const { articles, flows } = handoff.tried;
  if (articles.length === 0 && flows.length === 0) return null;
  return (
    <Part title={say.tried}>
      <ul class="case-list">
        {flows.map((flow) => (
          <li key={flow.flow}>
            <strong>{flow.title}</strong> <span class="dim">{wordFor({}, flow.state)}</span>
            <dl class="pairs">
              {Object.entries(flow.known).map(([slot, value]) => (
                <div key={slot}>
                  <dt>{wordFor({}, slot)}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
              {flow.lookups.map((lookup) => (
                <div key={lookup.name}>
                  <dt>{lookup.name}</dt>
                  <dd>
                    {wordFor({}, lookup.outcome)}{' '}
                    {lookup.problem && <span class="dim">{lookup.problem}</span>}
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
        {articles.map((passage) => (
          <li key={`${passage.article}#${passage.passage}`}>
            {passage.article} <span class="dim">{passage.passage}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Earlier({ detail }: { detail: ConversationView }) {
  const earlier = detail.earlier_conversations ?? [];
  if (earlier.length === 0) return null;
  return (
    <Part title={say.earlier}>
      <ul class="case-list">
        {earlier.map((one) => (
          <li key={one.id}>
            <a href={href('desk', one.id)}>
              {one.intent ? wordFor({}, one.intent) : wordFor(words.owner, one.owner)}
            </a>{' '}
            <span class="dim">
              <Time at={one.at} />
              {one.rating ? ` · ${one.rating}/5` : ''}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Articles({ chat }: { chat: Chat }) {
  const articles = chat.suggestions.value?.articles ?? [];
  if (articles.length === 0) return null;
  return (
    <Part title={say.articles}>
      <ul class="case-list">
        {articles.map((article) => (
          <li key={article.id}>{article.title}</li>
        ))}
      </ul>
    </Part>
  );
}
