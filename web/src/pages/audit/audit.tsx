// The audit log: who did what, when and from where, newest first.
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { AuditView } from '../../api/types';
import { Button, Empty, Time } from '../../parts/basics';
import { TextField } from '../shared/fields';
import { More, PageHead, Raw, Shown, Table } from '../shared/frame';
import { usePaged } from '../shared/paged';
import { actionOf, actorOf, entriesWith, hasDetail } from './entries';

const PAGE = 100;

export function AuditPage() {
  const [typed, setTyped] = useState('');
  const log = usePaged((cursor) => get('/v1/audit', { query: { cursor, limit: PAGE } }), 'audit');
  return (
    <div class="page">
      <PageHead title="Audit log" lead="Sign-ins, and all that supervisors and administrators have changed.">
        <Button onClick={log.reload}>Refresh</Button>
      </PageHead>
      <TextField
        label="Only entries with"
        hint="Any words: a name, an action, a target. Of those that are shown so far."
        type="search"
        value={typed}
        onValue={setTyped}
      />
      <Shown value={log.items} error={log.error} retry={log.reload}>
        {(items) => <Entries entries={entriesWith(items, typed)} />}
      </Shown>
      <More more={log.more} busy={log.busy} />
    </div>
  );
}

function Entries({ entries }: { entries: AuditView[] }) {
  if (entries.length === 0) return <Empty title="No entry has these words." />;
  return (
    <Table label="Entries of the audit log" head={['When', 'Who', 'What', 'On what', 'From', 'Detail']}>
      {entries.map((entry, at) => (
        <Line key={`${entry.at} ${entry.action} ${at}`} entry={entry} />
      ))}
    </Table>
  );
}

function Line({ entry }: { entry: AuditView }) {
  const actor = actorOf(entry.actor);
  return (
    <tr>
      <td class="nowrap">
        <Time at={entry.at} />
      </td>
      <td>
        {actor.name} {actor.kind && <span class="dim small">{actor.kind}</span>}
      </td>
      <td>{actionOf(entry.action)}</td>
      <td>
        <code>{entry.target}</code>
      </td>
      <td>
        <code>{entry.address ?? ''}</code>
      </td>
      <td>{hasDetail(entry.detail) && <Raw summary="Show" value={entry.detail} />}</td>
    </tr>
  );
}
