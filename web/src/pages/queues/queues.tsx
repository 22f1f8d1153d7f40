// The queues as the policy has them, with who waits in each now. They are written in the policy, not here.
import { get } from '../../api/client';
import type { QueueView } from '../../api/types';
import { Badge, Empty, Time } from '../../parts/basics';
import { shownList } from '../agents/lists';
import { PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { spoken } from '../why/said';

const REFRESH_MS = 10_000;

const HEAD = [
  'Queue',
  'Now',
  'Waiting',
  'Longest',
  'Intents',
  'Skills',
  'Languages',
  'Hours',
  'Nobody there',
];

export function QueuesPage() {
  const queues = useFresh(() => get('/v1/queues', {}), [], {
    everyMs: REFRESH_MS,
    stale: (event) => event.kind.startsWith('handoff.'),
  });
  const { data, error } = queues.state.value;
  return (
    <div class="page">
      <PageHead
        title="Queues"
        lead="Which requests wait where, and who may take them. They are written in knowledge/policy.yml."
      />
      <Shown value={data?.data} error={error} retry={queues.reload}>
        {(list) => <QueueList queues={list} />}
      </Shown>
    </div>
  );
}

function QueueList({ queues }: { queues: QueueView[] }) {
  if (queues.length === 0) return <Empty title="The policy names no queue." />;
  return (
    <Table label="Queues" head={HEAD}>
      {queues.map((queue) => (
        <tr key={queue.name}>
          <th scope="row">{spoken(queue.name)}</th>
          <td>
            <Badge tone={queue.open ? 'good' : 'plain'}>{queue.open ? 'open' : 'closed'}</Badge>
          </td>
          <td class="number">{queue.waiting}</td>
          <td class="nowrap">{queue.oldest_since ? <Time at={queue.oldest_since} as="since" /> : '–'}</td>
          <td class="broad">{shownList(queue.intents.map(spoken), 'all others')}</td>
          <td>{shownList(queue.skills, 'none')}</td>
          <td>{shownList(queue.languages, 'any')}</td>
          <td>{queue.hours ?? 'always'}</td>
          <td>{WHEN_NOBODY[queue.fallback] ?? spoken(queue.fallback)}</td>
        </tr>
      ))}
    </Table>
  );
}

const WHEN_NOBODY: Readonly<Record<string, string>> = {
  wait: 'the customer waits',
  message: 'asks for an address',
  callback: 'asks for a number',
  bot: 'the bot goes on',
};
