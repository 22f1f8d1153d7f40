// Deliveries of an endpoint, each with its attempts, and sending again: one, the failed, or those of a time.
import { useEffect, useState } from 'preact/hooks';
import { get, post } from '../../api/client';
import { newKey } from '../../api/key';
import type { DeliveryView } from '../../api/types';
import { href } from '../../app/router';
import { may } from '../../app/session';
import { toast } from '../../app/toasts';
import { Badge, Button, Empty, InlineProblem, Time, type Tone } from '../../parts/basics';
import { useDeed } from '../shared/deed';
import { type Option, SelectField, TextField } from '../shared/fields';
import { More, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { usePaged } from '../shared/paged';
import { counted } from '../why/said';
import { selection } from './replay';

const PAGE = 50;

const PENDING_MS = 3000;

const STATES: readonly Option[] = [
  { value: '', label: 'All' },
  { value: 'pending', label: 'Pending' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'exhausted', label: 'Given up' },
];

const TONES: Readonly<Record<string, Tone>> = { delivered: 'good', pending: 'warn', exhausted: 'danger' };

/** `round` rises when something was sent, so that the list is read again. */
export function Deliveries({ endpoint, round }: { endpoint: string; round: number }) {
  const [state, setState] = useState('');
  const [open, setOpen] = useState('');
  const deliveries = usePaged(
    (cursor) =>
      get('/v1/webhooks/{id}/deliveries', {
        path: { id: endpoint },
        query: { state: state === '' ? undefined : state, cursor, limit: PAGE },
      }),
    `${endpoint} ${state} ${round}`,
  );
  const { items, more, reload } = deliveries;
  // What is on its way is soon somewhere else; further pages stay as they were read.
  const moves = more === undefined && items?.some((delivery) => delivery.state === 'pending');
  useEffect(() => {
    if (!moves) return undefined;
    const timer = setInterval(reload, PENDING_MS);
    return () => clearInterval(timer);
  }, [moves, reload]);
  const deed = useDeed();
  const again = (delivery: DeliveryView) =>
    void deed.run(async () => {
      const fresh = await post('/v1/deliveries/{id}/replay', { path: { id: delivery.id }, body: {} });
      deliveries.change((all) => all.map((one) => (one.id === fresh.id ? fresh : one)));
      toast('It is sent again.');
    });
  return (
    <>
      <h2>Deliveries</h2>
      {may('administer') && <Replay endpoint={endpoint} onSent={deliveries.reload} />}
      <div class="form-row">
        <SelectField label="Show" value={state} onValue={setState} options={STATES} />
        <Button onClick={deliveries.reload}>Refresh</Button>
      </div>
      <InlineProblem error={deed.problem} />
      <Shown value={deliveries.items} error={deliveries.error} retry={deliveries.reload}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="There is no such delivery." />
          ) : (
            <Table label="Deliveries" head={['Event', 'State', 'Attempts', 'Due', 'Conversation', '']}>
              {items.map((delivery) => (
                <Line
                  key={delivery.id}
                  delivery={delivery}
                  open={open === delivery.id}
                  onOpen={() => setOpen(open === delivery.id ? '' : delivery.id)}
                  onAgain={() => again(delivery)}
                />
              ))}
            </Table>
          )
        }
      </Shown>
      <More more={deliveries.more} busy={deliveries.busy} />
    </>
  );
}

function Line(props: { delivery: DeliveryView; open: boolean; onOpen: () => void; onAgain: () => void }) {
  const { delivery, open } = props;
  const { conversation_id: conversation, event_type: kind } = delivery;
  return (
    <>
      <tr>
        <td>
          {kind} <code class="dim small">{delivery.event_id}</code>
        </td>
        <td>
          <Badge tone={TONES[delivery.state] ?? 'plain'}>
            {delivery.state === 'exhausted' ? 'given up' : delivery.state}
          </Badge>
        </td>
        <td class="number">{delivery.attempts}</td>
        <td class="nowrap">{delivery.state === 'pending' ? <Time at={delivery.due_at} /> : '–'}</td>
        <td>{conversation ? <a href={href('why', conversation)}>{conversation.slice(-8)}</a> : '–'}</td>
        <td>
          <div class="cluster cluster-end">
            <Button pressed={open} label={`Attempts: ${kind} ${delivery.event_id}`} onClick={props.onOpen}>
              Attempts
            </Button>
            {may('administer') && (
              <Button label={`Send again: ${kind} ${delivery.event_id}`} onClick={props.onAgain}>
                Send again
              </Button>
            )}
          </div>
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={6} class="sunken">
            <Attempts key={`${delivery.id} ${delivery.attempts} ${delivery.state}`} delivery={delivery.id} />
          </td>
        </tr>
      )}
    </>
  );
}

function Attempts({ delivery }: { delivery: string }) {
  const attempts = useFresh(
    () => get('/v1/deliveries/{id}/attempts', { path: { id: delivery } }),
    [delivery],
  );
  const { data, error } = attempts.state.value;
  return (
    <Shown value={data?.data} error={error} retry={attempts.reload}>
      {(list) =>
        list.length === 0 ? (
          <p class="dim">It has not been tried yet.</p>
        ) : (
          <ol class="attempts">
            {list.map((attempt) => (
              <li key={attempt.at}>
                <Time at={attempt.at} />
                <Badge tone={attempt.error === '' ? 'good' : 'danger'}>
                  {attempt.status == null ? 'no answer' : `HTTP ${attempt.status}`}
                </Badge>
                <span class="number">{attempt.duration_ms} ms</span>
                <span>{attempt.error === '' ? 'delivered' : attempt.error}</span>
              </li>
            ))}
          </ol>
        )
      }
    </Shown>
  );
}

type Which = 'exhausted' | 'all';

const WHICH: readonly Option<Which>[] = [
  { value: 'exhausted', label: 'Only what was given up' },
  { value: 'all', label: 'Everything' },
];

function Replay({ endpoint, onSent }: { endpoint: string; onSent: () => void }) {
  const [which, setWhich] = useState<Which>('exhausted');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const deed = useDeed();
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked = selection({ failedOnly: which === 'exhausted', from, to });
    setWrong('problem' in asked ? asked.problem : undefined);
    if ('problem' in asked) return;
    const idempotencyKey = newKey();
    await deed.run(async () => {
      const { body } = asked;
      const { replayed } = await post('/v1/webhooks/{id}/replay', {
        path: { id: endpoint },
        body,
        idempotencyKey,
      });
      toast(`${counted(replayed, 'delivery is', 'deliveries are')} sent again.`);
      onSent();
    });
  };
  return (
    <form class="card form-row" aria-label="Send many again" onSubmit={(event) => void send(event)}>
      <SelectField label="Send again" value={which} onValue={setWhich} options={WHICH} />
      <TextField label="Events from" type="datetime-local" value={from} onValue={setFrom} />
      <TextField label="Events before" type="datetime-local" value={to} onValue={setTo} />
      <Button type="submit" busy={deed.busy}>
        Send again
      </Button>
      {wrong && (
        <p class="inline-problem" role="alert">
          {wrong}
        </p>
      )}
      <InlineProblem error={deed.problem} />
    </form>
  );
}
