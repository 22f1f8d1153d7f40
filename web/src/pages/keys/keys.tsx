// API keys: for programs that speak for the company. A key is shown once, when it is made.
import { useState } from 'preact/hooks';
import { get, post, remove } from '../../api/client';
import { newKey } from '../../api/key';
import type { KeyView } from '../../api/types';
import { may, type Role } from '../../app/session';
import { Button, Empty, InlineProblem, Time } from '../../parts/basics';
import { Confirm, type Question } from '../shared/confirm';
import { restOf, useDeed } from '../shared/deed';
import { Once, SelectField, TextField } from '../shared/fields';
import { PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { ROLES, roleLabel, roleMeans } from '../shared/roles';

export function KeysPage() {
  const keys = useFresh(() => get('/v1/keys', {}), []);
  const [made, setMade] = useState<KeyView | undefined>(undefined);
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const { data, error } = keys.state.value;
  const revoke = (key: KeyView): Question => ({
    title: `Revoke the key ${key.name}?`,
    says: ['Whatever uses it is refused from now on.', 'A key that is revoked cannot be brought back.'],
    yes: 'Revoke it',
    danger: true,
    work: async () => {
      await remove('/v1/keys/{id}', { path: { id: key.id } });
      keys.reload();
    },
  });
  return (
    <div class="page">
      <PageHead
        title="API keys"
        lead="For programs: an order system, another desk, a script. Each has a role of its own."
      />
      {made?.key && (
        <Once
          label={`The key ${made.name}`}
          value={made.key}
          note="It is shown now and never again: only a hash of it is kept."
          onDone={() => setMade(undefined)}
        />
      )}
      {may('administer') && (
        <NewKey
          onMade={(key) => {
            setMade(key);
            keys.reload();
          }}
        />
      )}
      <Shown value={data?.data} error={error} retry={keys.reload}>
        {(list) => <KeyList keys={list} onRevoke={(key) => setQuestion(revoke(key))} />}
      </Shown>
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </div>
  );
}

function KeyList({ keys, onRevoke }: { keys: KeyView[]; onRevoke: (key: KeyView) => void }) {
  if (keys.length === 0) return <Empty title="There is no key yet." />;
  return (
    <Table label="API keys" head={['Name', 'Role', 'Made', 'Id', '']}>
      {keys.map((key) => (
        <tr key={key.id}>
          <td>{key.name}</td>
          <td>{roleLabel(key.role)}</td>
          <td class="nowrap">
            <Time at={key.created_at} />
          </td>
          <td>
            <code>{key.id}</code>
          </td>
          <td>
            <div class="cluster cluster-end">
              {may('administer') && (
                <Button kind="danger" label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
                  Revoke
                </Button>
              )}
            </div>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function NewKey({ onMade }: { onMade: (key: KeyView) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('integrator');
  const deed = useDeed();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const idempotencyKey = newKey();
    const done = await deed.run(async () => {
      onMade(await post('/v1/keys', { body: { name: name.trim(), role }, idempotencyKey }));
    });
    if (done) setName('');
  };
  return (
    <form class="card form-row" aria-label="A new key" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Name"
        hint="By which you know it again."
        required
        value={name}
        onValue={setName}
        problem={deed.problem?.field('/name')}
      />
      <SelectField
        label="Role"
        hint={roleMeans(role)}
        value={role}
        onValue={setRole}
        options={ROLES}
        problem={deed.problem?.field('/role')}
      />
      <Button kind="primary" type="submit" busy={deed.busy}>
        Make a key
      </Button>
      <InlineProblem error={restOf(deed.problem, ['/name', '/role'])} />
    </form>
  );
}
