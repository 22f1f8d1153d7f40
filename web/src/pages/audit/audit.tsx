// The audit log: who did what, when and from where, newest first.
import { useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { AuditView } from '../../api/types';
import { TextField } from '../shared/form';
import { Empty, More, PageHead, Raw, Reading, Table, Trouble } from '../shared/page';
import { usePaged } from '../shared/paged';
import { Moment } from '../shared/moment';
import { actionOf, actorOf, entriesWith, hasDetail } from './entries';

const PAGE = 100;

export function Audit() {
  const [typed, setTyped] = useState('');
  const log = usePaged((cursor) => get('/v1/audit', { query: { cursor, limit: PAGE } }), 'audit');
  const shown = log.items && entriesWith(log.items, typed);
  return (
    <main class="page">
      <PageHead title="Audit log" lead="Sign-ins, and everything that supervisors and administrators have changed.">
        <button type="button" class="button" onClick={log.reload}>
          Refresh
        </button>
      </PageHead>
      <TextField
        label="Only entries with"
        hint="Any words: a name, an action, a target. Of what is shown so far."
        type="search"
        value={typed}
        onValue={setTyped}
      />
      <Trouble problem={log.problem} again={log.reload} />
      {!shown && !log.problem && <Reading />}
      {shown && shown.length === 0 && <Empty>No entry has these words.</Empty>}
      {shown && shown.length > 0 && (
        <Table label="Entries of the audit log" head={['When', 'Who', 'What', 'On what', 'From', 'Detail']}>
          {shown.map((entry, at) => (
            <Line key={`${entry.at} ${entry.actor} ${entry.action} ${at}`} entry={entry} />
          ))}
        </Table>
      )}
      <More more={log.more} busy={log.busy} />
    </main>
  );
}

function Line({ entry }: { entry: AuditView }) {
  const actor = actorOf(entry.actor);
  return (
    <tr>
      <td class="nowrap">
        <Moment at={entry.at} />
      </td>
      <td>
        {actor.name} {actor.kind && <span class="quiet">{actor.kind}</span>}
      </td>
      <td>{actionOf(entry.action)}</td>
      <td class="mono">{entry.target}</td>
      <td class="mono">{entry.address ?? ''}</td>
      <td>{hasDetail(entry.detail) && <Raw summary="Show" value={entry.detail} />}</td>
    </tr>
  );
}
