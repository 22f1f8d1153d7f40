// Accounts: who may sign in, and as what. Nobody is given a password; an invitation's link lets them choose one.
import { useState } from 'preact/hooks';
import { get, newKey, patch, post } from '../../api/client';
import type { AccountView, InvitationView, Role } from '../../api/types';
import { session } from '../../app/session';
import { Confirm } from '../shared/confirm';
import { useDeed } from '../shared/deed';
import { Once, SelectField, TextField } from '../shared/form';
import { useLoaded } from '../shared/loaded';
import { Moment, shortMoment } from '../shared/moment';
import { PageHead, Reading, Table, Trouble } from '../shared/page';
import { ACCOUNT_ROLES, roleMeans } from '../shared/roles';

interface Asked {
  title: string;
  says: string[];
  yes: string;
  danger: boolean;
  work: () => Promise<void>;
}

export function Accounts() {
  const accounts = useLoaded(() => get('/v1/accounts', {}), 'accounts');
  const [invited, setInvited] = useState<InvitationView | undefined>(undefined);
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  return (
    <main class="page">
      <PageHead title="Accounts" lead="The people who work here: agents, supervisors, auditors, administrators." />
      {invited && (
        <Once
          label={`Invitation for ${invited.account.name || invited.account.login}`}
          value={invited.link}
          note={`Send it by a way you trust. It works once, until ${shortMoment(invited.expires_at, new Date())}, and is not shown again.`}
          onDone={() => setInvited(undefined)}
        />
      )}
      <Invite
        onInvited={(invitation) => {
          setInvited(invitation);
          accounts.reload();
        }}
      />
      <Trouble problem={accounts.problem} again={accounts.reload} />
      {!accounts.value && !accounts.problem && <Reading />}
      {accounts.value && (
        <Table label="Accounts" head={['Name', 'Login', 'Role', 'Made', 'Last sign-in', '']}>
          {accounts.value.data.map((account) => (
            <Line
              key={account.login}
              account={account}
              onAsk={setAsked}
              onChanged={accounts.reload}
              onInvited={setInvited}
            />
          ))}
        </Table>
      )}
      {asked && (
        <Confirm
          title={asked.title}
          says={asked.says}
          yes={asked.yes}
          danger={asked.danger}
          onYes={asked.work}
          onClose={() => setAsked(undefined)}
        />
      )}
    </main>
  );
}

function Invite({ onInvited }: { onInvited: (invitation: InvitationView) => void }) {
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const [intention, setIntention] = useState(newKey);
  const deed = useDeed();
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { login: login.trim(), name: name.trim(), role };
    const done = await deed.run(async () => {
      onInvited(await post('/v1/accounts', { body, idempotencyKey: intention }));
    });
    setIntention(newKey());
    if (!done) return;
    setLogin('');
    setName('');
  };
  return (
    <form class="panel form-row" onSubmit={submit}>
      <TextField
        label="Login"
        hint="What they sign in with; it cannot be changed."
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
        onValue={(value) => setRole(value as Role)}
        options={ACCOUNT_ROLES}
        problem={deed.problem?.field('/role')}
      />
      <button type="submit" class="button button-primary" disabled={deed.busy}>
        Invite
      </button>
      <Trouble problem={deed.problem} />
    </form>
  );
}

function Line(props: {
  account: AccountView;
  onAsk: (asked: Asked) => void;
  onChanged: () => void;
  onInvited: (invitation: InvitationView) => void;
}) {
  const { account, onAsk, onChanged, onInvited } = props;
  const own = session.value?.login === account.login;
  const change = async (body: { role?: Role; disabled?: boolean }) => {
    await patch('/v1/accounts/{login}', { path: { login: account.login }, body });
    onChanged();
  };
  const invite = async () => {
    onInvited(await post('/v1/accounts/{login}/invite', { path: { login: account.login } }));
  };
  return (
    <tr class={account.disabled ? 'off' : undefined}>
      <td>
        {account.name} {own && <span class="quiet">you</span>}{' '}
        {account.external && <span class="badge">single sign-on</span>}{' '}
        {account.disabled && <span class="badge badge-bad">disabled</span>}
      </td>
      <td class="mono">{account.login}</td>
      <td>
        <RoleChoice account={account} onRole={(role) => onAsk(ofRole(account, role, () => change({ role })))} />
      </td>
      <td class="nowrap">
        <Moment at={account.created_at} />
      </td>
      <td class="nowrap">{account.signed_in_at ? <Moment at={account.signed_in_at} /> : 'never'}</td>
      <td class="actions">
        {!account.external && (
          <button type="button" class="button" onClick={() => onAsk(ofInvite(account, invite))}>
            New link
          </button>
        )}
        <button
          type="button"
          class={account.disabled ? 'button' : 'button button-danger'}
          onClick={() => onAsk(ofDisabled(account, () => change({ disabled: !account.disabled })))}
        >
          {account.disabled ? 'Enable' : 'Disable'}
        </button>
      </td>
    </tr>
  );
}

/** Shows the role that holds until another one is confirmed. */
function RoleChoice(props: { account: AccountView; onRole: (role: Role) => void }) {
  return (
    <select
      aria-label={`Role of ${props.account.login}`}
      value={props.account.role}
      onChange={(event) => {
        const role = event.currentTarget.value as Role;
        event.currentTarget.value = props.account.role;
        props.onRole(role);
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

function ofRole(account: AccountView, role: Role, work: () => Promise<void>): Asked {
  const label = ACCOUNT_ROLES.find((one) => one.value === role)?.label ?? role;
  return {
    title: `Make ${account.name || account.login} ${/^[AEIOU]/.test(label) ? 'an' : 'a'} ${label.toLowerCase()}?`,
    says: [roleMeans(role), 'Their sessions end, so that the new role holds at once: they sign in again.'],
    yes: 'Change the role',
    danger: false,
    work,
  };
}

function ofDisabled(account: AccountView, work: () => Promise<void>): Asked {
  const name = account.name || account.login;
  return account.disabled
    ? { title: `Enable ${name} again?`, says: ['They may sign in again, as before.'], yes: 'Enable', danger: false, work }
    : {
        title: `Disable ${name}?`,
        says: [
          'Their sessions end now, and they cannot sign in.',
          'What they hold stays with them until somebody takes it over.',
        ],
        yes: 'Disable',
        danger: true,
        work,
      };
}

function ofInvite(account: AccountView, work: () => Promise<void>): Asked {
  return {
    title: `A new link for ${account.name || account.login}?`,
    says: ['Whoever has the link chooses a new password for this account. Links from before stop working.'],
    yes: 'Make a link',
    danger: false,
    work,
  };
}
