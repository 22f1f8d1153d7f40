// One endpoint: what it is, trying it, a new secret, pausing it, and its deliveries.
import { useState } from 'preact/hooks';
import { get, patch, post, remove } from '../../api/client';
import { newKey } from '../../api/key';
import type { EndpointView } from '../../api/types';
import { go, href } from '../../app/router';
import { may } from '../../app/session';
import { toast } from '../../app/toasts';
import { Button, InlineProblem, Time } from '../../parts/basics';
import { Confirm, type Question } from '../shared/confirm';
import { useDeed } from '../shared/deed';
import { Once } from '../shared/fields';
import { PageHead, Shown } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { Deliveries } from './deliveries';
import { EndpointForm } from './endpoint_form';
import { StateBadge } from './endpoints';

const REFRESH_MS = 10_000;

export function OneEndpoint({ id }: { id: string }) {
  const endpoint = useFresh(() => get('/v1/webhooks/{id}', { path: { id } }), [id], { everyMs: REFRESH_MS });
  const { data, error } = endpoint.state.value;
  return (
    <div class="page">
      <p>
        <a href={href('endpoints')}>All endpoints</a>
      </p>
      <Shown value={data} error={error} retry={endpoint.reload}>
        {(view) => <Whole endpoint={view} onChanged={endpoint.set} onReload={endpoint.reload} />}
      </Shown>
    </div>
  );
}

interface WholeProps {
  endpoint: EndpointView;
  onChanged: (endpoint: EndpointView) => void;
  onReload: () => void;
}

function Whole({ endpoint, onChanged, onReload }: WholeProps) {
  const [secret, setSecret] = useState<string | undefined>(undefined);
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const [editing, setEditing] = useState(false);
  const [round, setRound] = useState(0);
  const deed = useDeed();
  const path = { id: endpoint.id };
  const test = () =>
    deed.run(async () => {
      await post('/v1/webhooks/{id}/test', { path, body: {} });
      toast('A test event is on its way.');
      setRound(round + 1);
    });
  const pause = (disabled: boolean) => async () => {
    await patch('/v1/webhooks/{id}', { path, body: { disabled } });
    onReload();
  };
  const rotate = (idempotencyKey: string) => async () => {
    const rotated = await post('/v1/webhooks/{id}/rotate', { path, body: {}, idempotencyKey });
    onChanged(rotated);
    setSecret(rotated.secret ?? undefined);
  };
  const drop = async () => {
    await remove('/v1/webhooks/{id}', { path });
    go(href('endpoints'));
  };
  return (
    <>
      <PageHead title={endpoint.url}>
        {may('administer') && (
          <Deeds
            endpoint={endpoint}
            busy={deed.busy}
            on={{
              test: () => void test(),
              change: () => setEditing(true),
              rotate: () => setQuestion(ofRotation(rotate(newKey()))),
              resume: () => void deed.run(pause(false)),
              pause: () => setQuestion(ofPause(pause(true))),
              remove: () => setQuestion(ofRemoval(endpoint.url, drop)),
            }}
          />
        )}
      </PageHead>
      <InlineProblem error={deed.problem} />
      {secret && (
        <Once
          label="The new secret"
          value={secret}
          note="The one before signs along for 24 hours, so that the receiver can change over."
          onDone={() => setSecret(undefined)}
        />
      )}
      <Facts endpoint={endpoint} />
      <Deliveries endpoint={endpoint.id} round={round} />
      {editing && <EndpointForm endpoint={endpoint} onClose={() => setEditing(false)} onSaved={onReload} />}
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

function Deeds(props: {
  endpoint: EndpointView;
  busy: boolean;
  on: {
    test: () => void;
    change: () => void;
    rotate: () => void;
    resume: () => void;
    pause: () => void;
    remove: () => void;
  };
}) {
  const { endpoint, busy, on } = props;
  return (
    <>
      <Button busy={busy} disabled={endpoint.disabled} onClick={on.test}>
        Send a test event
      </Button>
      <Button onClick={on.change}>Change</Button>
      <Button onClick={on.rotate}>New secret</Button>
      {endpoint.disabled ? (
        <Button kind="primary" onClick={on.resume}>
          Go on sending
        </Button>
      ) : (
        <Button onClick={on.pause}>Pause</Button>
      )}
      <Button kind="danger" onClick={on.remove}>
        Remove
      </Button>
    </>
  );
}

function Facts({ endpoint }: { endpoint: EndpointView }) {
  return (
    <dl class="card facts">
      <div>
        <dt>State</dt>
        <dd>
          <StateBadge endpoint={endpoint} /> {endpoint.disabled_reason}
        </dd>
      </div>
      <div>
        <dt>Events</dt>
        <dd>{endpoint.events.length === 0 ? 'all' : endpoint.events.join(', ')}</dd>
      </div>
      <div>
        <dt>Form</dt>
        <dd>
          {endpoint.payload}, {endpoint.format}
        </dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>
          <Time at={endpoint.created_at} />
        </dd>
      </div>
      {endpoint.previous_secret_expires_at && (
        <div>
          <dt>Secret before this one</dt>
          <dd>
            signs along until <Time at={endpoint.previous_secret_expires_at} />
          </dd>
        </div>
      )}
    </dl>
  );
}

type Work = () => Promise<void>;

function ofRotation(work: Work): Question {
  return {
    title: 'Make a new secret?',
    says: [
      'Events are signed with both secrets for 24 hours, then with the new one alone.',
      'Give the new one to the receiver within that time.',
    ],
    yes: 'Make a new secret',
    danger: false,
    work,
  };
}

function ofPause(work: Work): Question {
  return {
    title: 'Pause this endpoint?',
    says: [
      'Nothing is sent to it until it goes on.',
      'Events of the meantime are kept for it, and sent then.',
    ],
    yes: 'Pause it',
    danger: false,
    work,
  };
}

function ofRemoval(url: string, work: Work): Question {
  return {
    title: 'Remove this endpoint?',
    says: [
      `Nothing is sent to ${url} any more.`,
      'Its deliveries and attempts go with it, and cannot be brought back.',
    ],
    yes: 'Remove it',
    danger: true,
    work,
  };
}
