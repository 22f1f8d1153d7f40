// API keys: for programs that speak for the company. A key is shown once, when it is made.
import { useState } from 'preact/hooks';
import { get, newKey, post, remove } from '../../api/client';
import type { KeyView, Role } from '../../api/types';
import { useDeed } from '../shared/deed';
import { Confirm } from '../shared/confirm';
import { Once, SelectField, TextField } from '../shared/form';
import { useLoaded } from '../shared/loaded';
import { Moment } from '../shared/moment';
import { Empty, PageHead, Reading, Table, Trouble } from '../shared/page';
import { ROLES, roleLabel } from '../shared/roles';

export function Keys() {
  const keys = useLoaded(() => get('/v1/keys', {}), 'keys');
  const [made, setMade] = useState<KeyView | undefined>(undefined);
  const [going, setGoing] = useState<KeyView | undefined>(undefined);
  return (
    <main class="page">
      <PageHead title="API keys" lead="For programs: an order system, another desk, a script. Each has a role of its own." />
      {made?.key && (
        <Once
          label={`Key ${made.name}`}
          value={made.key}
          note="It is shown now and never again: only a hash of it is kept."
          onDone={() => setMade(undefined)}
        />
      )}
      <NewKey
        onMade={(key) => {
          setMade(key);
          keys.reload();
        }}
      />
      <Trouble problem={keys.problem} again={keys.reload} />
      {!keys.value && !keys.problem && <Reading />}
      {keys.value?.data.length === 0 && <Empty>There is no key yet.</Empty>}
      {keys.value && keys.value.data.length > 0 && (
        <Table label="API keys" head={['Name', 'Role', 'Made', 'Id', '']}>
          {keys.value.data.map((key) => (
            <tr key={key.id}>
              <td>{key.name}</td>
              <td>{roleLabel(key.role)}</td>
              <td class="nowrap">
                <Moment at={key.created_at} />
              </td>
              <td class="mono">{key.id}</td>
              <td class="actions">
                <button type="button" class="button button-danger" onClick={() => setGoing(key)}>
                  Revoke
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {going && (
        <Confirm
          title={`Revoke the key ${going.name}?`}
          says={['Whatever uses it is refused from now on. A key that is revoked cannot be brought back.']}
          yes="Revoke it"
          danger
          onYes={async () => {
            await remove('/v1/keys/{id}', { path: { id: going.id } });
            keys.reload();
          }}
          onClose={() => setGoing(undefined)}
        />
      )}
    </main>
  );
}

function NewKey({ onMade }: { onMade: (key: KeyView) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('integrator');
  const [intention, setIntention] = useState(newKey);
  const deed = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await deed.run(async () => {
      onMade(await post('/v1/keys', { body: { name: name.trim(), role }, idempotencyKey: intention }));
    });
    if (!done) return;
    setName('');
    setIntention(newKey());
  };
  return (
    <form class="panel form-row" onSubmit={submit}>
      <TextField label="Name" required value={name} onValue={setName} problem={deed.problem?.field('/name')} />
      <SelectField
        label="Role"
        value={role}
        onValue={(value) => setRole(value as Role)}
        options={ROLES}
        problem={deed.problem?.field('/role')}
      />
      <button type="submit" class="button button-primary" disabled={deed.busy}>
        Make a key
      </button>
      <Trouble problem={deed.problem} />
    </form>
  );
}
