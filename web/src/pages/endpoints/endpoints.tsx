// Webhook endpoints: who is told of events. The list, and one endpoint with its deliveries.
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { EndpointView } from '../../api/types';
import { href } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { may } from '../../app/session';
import { Badge, Button, Empty, Time } from '../../parts/basics';
import { Once } from '../shared/fields';
import { PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { EndpointForm } from './endpoint_form';
import { OneEndpoint } from './one_endpoint';

const REFRESH_MS = 10_000;

export function EndpointsPage({ values }: PageProps) {
  const id = values[0];
  return id === undefined ? <Endpoints /> : <OneEndpoint key={id} id={id} />;
}

function Endpoints() {
  const endpoints = useFresh(() => get('/v1/webhooks', {}), [], { everyMs: REFRESH_MS });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<EndpointView | undefined>(undefined);
  const { data, error } = endpoints.state.value;
  return (
    <div class="page">
      <PageHead
        title="Endpoints"
        lead="Systems that are told of events by signed webhooks: each event at least once, always under the same id."
      >
        {may('administer') && (
          <Button kind="primary" onClick={() => setAdding(true)}>
            Add an endpoint
          </Button>
        )}
      </PageHead>
      {made?.secret && (
        <Once
          label={`Secret of ${made.url}`}
          value={made.secret}
          note="Its receiver checks signatures with it. It is not shown in lists; a new one can be made at any time."
          onDone={() => setMade(undefined)}
        />
      )}
      <Shown value={data?.data} error={error} retry={endpoints.reload}>
        {(list) => <EndpointList endpoints={list} />}
      </Shown>
      {adding && (
        <EndpointForm
          endpoint={undefined}
          onClose={() => setAdding(false)}
          onSaved={(endpoint) => {
            setMade(endpoint);
            endpoints.reload();
          }}
        />
      )}
    </div>
  );
}

function EndpointList({ endpoints }: { endpoints: EndpointView[] }) {
  if (endpoints.length === 0) return <Empty title="No endpoint is registered yet." />;
  return (
    <Table label="Endpoints" head={['URL', 'State', 'Events', 'Form', 'Since']}>
      {endpoints.map((endpoint) => (
        <tr key={endpoint.id}>
          <td>
            <a href={href('endpoints', endpoint.id)}>{endpoint.url}</a>
          </td>
          <td>
            <StateBadge endpoint={endpoint} />
          </td>
          <td>{endpoint.events.length === 0 ? 'all' : endpoint.events.join(', ')}</td>
          <td>
            {endpoint.payload}, {endpoint.format}
          </td>
          <td class="nowrap">
            <Time at={endpoint.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function StateBadge({ endpoint }: { endpoint: EndpointView }) {
  if (!endpoint.disabled) return <Badge tone="good">sending</Badge>;
  return (
    <Badge tone="warn" title={endpoint.disabled_reason ?? undefined}>
      paused
    </Badge>
  );
}
