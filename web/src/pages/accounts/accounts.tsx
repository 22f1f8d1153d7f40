// Accounts: who may sign in, and as what. Nobody is given a password; an invitation's link lets them choose one.
import { useState } from 'preact/hooks';
import { get, patch, post } from '../../api/client';
import { newKey } from '../../api/key';
import type { AccountView, InvitationView } from '../../api/types';
import { may, type Role, session } from '../../app/session';
import { Badge, Button, InlineProblem, Time } from '../../parts/basics';
import { moment } from '../../parts/clock';
import { Confirm, type Question } from '../shared/confirm';
import { restOf, useDeed } from '../shared/deed';
import { Once, SelectField, TextField } from '../shared/fields';
import { PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { ACCOUNT_ROLES, roleLabel, roleMeans } from '../shared/roles';
import { nameOf, ofDisabled, ofInvite, ofRole } from './questions';

export function AccountsPage() {
  const accounts = useFresh(() => get('/v1/accounts', {}), []);
  const [invited, setInvited] = useState<InvitationView | undefined>(undefined);
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const { data, error } = accounts.state.value;
  const take = (invitation: InvitationView) => {
    setInvited(invitation);
    accounts.reload();
  };
  return (
    <div class="page">
      <PageHead
        title="Accounts"
        lead="The people who work here: agents, supervisors, auditors, administrators."
      />
      {invited && (
        <Once
          label={`Invitation for ${nameOf(invited.account)}`}
          value={invited.link}
          note={`Send it by a way that you trust. It works once, until ${moment(Date.parse(invited.expires_at), Date.now())}, and is not shown again.`}
          onDone={() => setInvited(undefined)}
        />
      )}
      {may('administer') && <Invite onInvited={take} />}
      <Shown value={data?.data} error={error} retry={accounts.reload}>
        {(list) => (
          <Table label="Accounts" head={['Name', 'Login', 'Role', 'Made', 'Last sign-in', '']}>
            {list.map((account) => (
              <Line
                key={account.login}
                account={account}
                onAsk={setQuestion}
                onChanged={accounts.reload}
                onInvited={take}
              />
            ))}
          </Table>
        )}
      </Shown>
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </div>
  );
}

function Invite({ onInvited }: { onInvited: (invitation: InvitationView) => void }) {
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const deed = useDeed();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = { login: login.trim(), name: name.trim(), role };
    const idempotencyKey = newKey();
    const done = await deed.run(async () => onInvited(await post('/v1/accounts', { body, idempotencyKey })));
    if (!done) return;
    setLogin('');
    setName('');
  };
  return (
    <form class="card form-row" aria-label="Invite somebody" onSubmit={(event) => void submit(event)}>
      <TextField
        label="Login"
        hint="What they sign in with; it stays."
        required
        value={login}
        onValue={setLogin}
        problem={deed.problem?.field('/login')}
      />
      <TextField
        label="Name"
        hint="What customers read."
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
        options={ACCOUNT_ROLES}
        problem={deed.problem?.field('/role')}
      />
      <Button kind="primary" type="submit" busy={deed.busy}>
        Invite
      </Button>
      <InlineProblem error={restOf(deed.problem, ['/login', '/name', '/role'])} />
    </form>
  );
}

interface LineProps {
  account: AccountView;
  onAsk: (question: Question) => void;
  onChanged: () => void;
  onInvited: (invitation: InvitationView) => void;
}

function Line({ account, onAsk, onChanged, onInvited }: LineProps) {
  const path = { login: account.login };
  const change = async (body: { role?: Role; disabled?: boolean }) => {
    await patch('/v1/accounts/{login}', { path, body });
    onChanged();
  };
  const invite = async () => onInvited(await post('/v1/accounts/{login}/invite', { path }));
  const turn = () => change({ disabled: !account.disabled });
  return (
    <tr class={account.disabled ? 'off' : undefined}>
      <td>
        {account.name} {session.value?.login === account.login && <Badge tone="accent">you</Badge>}{' '}
        {account.external && <Badge title="Signs in with the company’s own provider">single sign-on</Badge>}{' '}
        {account.disabled && <Badge tone="danger">disabled</Badge>}
      </td>
      <td>
        <code>{account.login}</code>
      </td>
      <td>
        {may('administer') ? (
          <RoleChoice
            account={account}
            onRole={(role) => onAsk(ofRole(account, role, () => change({ role })))}
          />
        ) : (
          roleLabel(account.role)
        )}
      </td>
      <td class="nowrap">
        <Time at={account.created_at} />
      </td>
      <td class="nowrap">{account.signed_in_at ? <Time at={account.signed_in_at} /> : 'never'}</td>
      <td>
        {may('administer') && (
          <div class="cluster cluster-end">
            {!account.external && (
              <Button
                label={`New link for ${account.login}`}
                onClick={() => onAsk(ofInvite(account, invite))}
              >
                New link
              </Button>
            )}
            <Button
              kind={account.disabled ? 'plain' : 'danger'}
              label={`${account.disabled ? 'Enable' : 'Disable'} ${account.login}`}
              onClick={() => onAsk(ofDisabled(account, turn))}
            >
              {account.disabled ? 'Enable' : 'Disable'}
            </Button>
          </div>
        )}
      </td>
    </tr>
  );
}

/** Shows the role that holds until another one is confirmed. */
function RoleChoice({ account, onRole }: { account: AccountView; onRole: (role: Role) => void }) {
  return (
    <select
      aria-label={`Role of ${account.login}`}
      value={account.role}
      onChange={(event) => {
        const picked = ACCOUNT_ROLES.find((role) => role.value === event.currentTarget.value);
        event.currentTarget.value = account.role;
        if (picked) onRole(picked.value);
      }}
    >
      {ACCOUNT_ROLES.map((role) => (
        <option key={role.value} value={role.value}>
          {role.label}
        </option>
      ))}
    </select>
  );
}
