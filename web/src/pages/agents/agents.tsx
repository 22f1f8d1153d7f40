// Agents as routing sees them: skills, languages, queues, capacity, and whether they are there.
import { useState } from 'preact/hooks';
import { get, put } from '../../api/client';
import type { AgentStateView } from '../../api/types';
import { may } from '../../app/session';
import { Avatar, Badge, Button, Empty, InlineProblem, Time, type Tone } from '../../parts/basics';
import { Dialog } from '../../parts/dialog';
import { wordFor, words } from '../../words';
import { restOf, useDeed } from '../shared/deed';
import { Checks, TextField } from '../shared/fields';
import { PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { spoken } from '../why/said';
import { parseList, shownList } from './lists';

const REFRESH_MS = 10_000;

const TONES: Readonly<Record<string, Tone>> = {
  online: 'good',
  busy: 'warn',
  wrap_up: 'warn',
  away: 'plain',
};

export function AgentsPage() {
  const agents = useFresh(() => get('/v1/agents', {}), [], {
    everyMs: REFRESH_MS,
    stale: (event) => event.kind.startsWith('handoff.'),
  });
  const [edited, setEdited] = useState<AgentStateView | 'new' | undefined>(undefined);
  const { data, error } = agents.state.value;
  const mayChange = may('supervise');
  return (
    <div class="page">
      <PageHead
        title="Agents"
        lead="Who is there, what they can take, and how much. Whoever signs in as an agent is registered by it."
      >
        {mayChange && (
          <Button kind="primary" onClick={() => setEdited('new')}>
            Register an agent
          </Button>
        )}
      </PageHead>
      <Shown value={data?.data} error={error} retry={agents.reload}>
        {(list) => <AgentList agents={list} onEdit={mayChange ? setEdited : undefined} />}
      </Shown>
      {edited && (
        <AgentForm
          agent={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={agents.reload}
        />
      )}
    </div>
  );
}

function AgentList(props: {
  agents: AgentStateView[];
  onEdit: ((agent: AgentStateView) => void) | undefined;
}) {
  const { agents, onEdit } = props;
  if (agents.length === 0) return <Empty title="No agent is registered yet." />;
  const head = ['Agent', 'Now', 'Load', 'Skills', 'Languages', 'Queues', 'Last seen'];
  return (
    <Table label="Agents" head={onEdit ? [...head, ''] : head}>
      {agents.map((agent) => (
        <tr key={agent.id}>
          <td>
            <span class="cluster">
              <Avatar name={agent.name || agent.id} kind="agent" />
              <span>
                {agent.name || agent.id} <code class="dim small">{agent.id}</code>
              </span>
            </span>
          </td>
          <td>
            <Badge tone={TONES[agent.presence] ?? 'plain'}>{wordFor(words.presence, agent.presence)}</Badge>
          </td>
          <td class="nowrap">
            <Load load={agent.load} capacity={agent.capacity} />
          </td>
          <td>{shownList(agent.skills, '–')}</td>
          <td>{shownList(agent.languages, 'any')}</td>
          <td>{shownList(agent.queues.map(spoken), 'all')}</td>
          <td class="nowrap">
            <Time at={agent.seen_at} />
          </td>
          {onEdit && (
            <td>
              <div class="cluster cluster-end">
                <Button label={`Change ${agent.name || agent.id}`} onClick={() => onEdit(agent)}>
                  Change
                </Button>
              </div>
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function Load({ load, capacity }: { load: number; capacity: number }) {
  return (
    <span class="cluster">
      <meter min={0} max={capacity} high={capacity * 0.8} optimum={0} value={load} aria-hidden="true" />
      <span class="number">
        {load} of {capacity}
      </span>
    </span>
  );
}

interface FormProps {
  agent: AgentStateView | undefined;
  onClose: () => void;
  onSaved: () => void;
}

const POINTERS = ['/name', '/capacity', '/skills', '/languages'];

function AgentForm({ agent, onClose, onSaved }: FormProps) {
  const queues = useFresh(() => get('/v1/queues', {}), []);
  const [id, setId] = useState(agent?.id ?? '');
  const [name, setName] = useState(agent?.name ?? '');
  const [skills, setSkills] = useState(agent?.skills.join(', ') ?? '');
  const [languages, setLanguages] = useState(agent?.languages.join(', ') ?? '');
  const [chosen, setChosen] = useState<readonly string[]>(agent?.queues ?? []);
  const [capacity, setCapacity] = useState(String(agent?.capacity ?? 4));
  const deed = useDeed();
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = {
      name: name.trim(),
      skills: parseList(skills),
      languages: parseList(languages),
      queues: [...chosen],
      capacity: Number(capacity),
    };
    const done = await deed.run(async () => {
      await put('/v1/agents/{id}', { path: { id: id.trim() }, body });
      onSaved();
    });
    if (done) onClose();
  };
  const options = (queues.state.value.data?.data ?? []).map((queue) => ({
    value: queue.name,
    label: spoken(queue.name),
  }));
  const wrong = (pointer: string) => deed.problem?.field(pointer);
  return (
    <Dialog title={agent ? `Change ${agent.name || agent.id}` : 'Register an agent'} onClose={onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <TextField
          label="Id"
          hint={
            agent ? 'It stays: conversations are held under it.' : 'The login, for somebody with an account.'
          }
          required
          disabled={agent !== undefined}
          value={id}
          onValue={setId}
        />
        <TextField
          label="Name"
          hint="What customers read."
          value={name}
          onValue={setName}
          problem={wrong('/name')}
        />
        <TextField
          label="Skills"
          hint="With commas between them; as queues of the policy ask for them."
          value={skills}
          onValue={setSkills}
          problem={wrong('/skills')}
        />
        <TextField
          label="Languages"
          hint="Codes such as en, de; none: any."
          value={languages}
          onValue={setLanguages}
          problem={wrong('/languages')}
        />
        <Checks
          label="Queues"
          hint="None: all of them."
          options={options}
          chosen={chosen}
          onChosen={setChosen}
        />
        <TextField
          label="Capacity"
          hint="Units at once, 1 to 1000; the policy says how many a conversation takes."
          type="number"
          min={1}
          max={1000}
          required
          value={capacity}
          onValue={setCapacity}
          problem={wrong('/capacity')}
        />
        <InlineProblem error={restOf(deed.problem, POINTERS)} />
        <div class="cluster cluster-end">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" type="submit" busy={deed.busy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
