// The queues as the policy has them, with who waits in each now. They are written in the policy, not here.
import { get } from '../../api/client';
import type { QueueView } from '../../api/types';
import { shownList } from '../agents/lists';
import { useLoaded } from '../shared/loaded';
import { span } from '../shared/moment';
import { Empty, PageHead, Reading, Table, Trouble } from '../shared/page';
import { spoken } from '../why/said';

const REFRESH_MS = 10_000;

export function Queues() {
  const queues = useLoaded(() => get('/v1/queues', {}), 'queues', REFRESH_MS);
  return (
    <main class="page">
      <PageHead
        title="Queues"
        lead="Which requests wait where, and who may take them. They are written in knowledge/policy.yml."
      />
      <Trouble problem={queues.problem} again={queues.reload} />
      {!queues.value && !queues.problem && <Reading />}
      {queues.value?.data.length === 0 && <Empty>The policy names no queue.</Empty>}
      {queues.value && queues.value.data.length > 0 && (
        <Table
          label="Queues"
          head={['Queue', 'Now', 'Waiting', 'Longest', 'Intents', 'Skills', 'Languages', 'Hours', 'Nobody there']}
        >
          {queues.value.data.map((queue) => (
            <Line key={queue.name} queue={queue} />
          ))}
        </Table>
      )}
    </main>
  );
}

function Line({ queue }: { queue: QueueView }) {
  return (
    <tr>
      <th scope="row">{spoken(queue.name)}</th>
      <td>
        <span class={queue.open ? 'badge badge-good' : 'badge'}>{queue.open ? 'open' : 'closed'}</span>
      </td>
      <td class="number">{queue.waiting}</td>
      <td class="nowrap">{queue.oldest_since ? span(Date.now() - Date.parse(queue.oldest_since)) : '–'}</td>
      <td>{shownList(queue.intents.map(spoken), 'all others')}</td>
      <td>{shownList(queue.skills, 'none')}</td>
      <td>{shownList(queue.languages, 'any')}</td>
      <td>{queue.hours ?? 'always'}</td>
      <td>{spoken(String(queue.fallback))}</td>
    </tr>
  );
}
