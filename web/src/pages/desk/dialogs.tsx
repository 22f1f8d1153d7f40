// The desk's dialogs: transfer, snooze, resolve, "the bot was wrong here", and the keys.
import { useState } from 'preact/hooks';
import { get, post } from '../../api/client';
import { toast } from '../../app/toasts';
import { Button, Field, InlineProblem } from '../../parts/basics';
import { now } from '../../parts/clock';
import { Dialog } from '../../parts/dialog';
import { useLoad } from '../../parts/load';
import { wordFor, words } from '../../words';
import { type Act, act } from './acts';
import type { Chat } from './chat';
import { accused, actionProblems, dialog } from './face';
import { ALSO, BINDINGS } from './keys';
import { laterTimes, localInput } from './times';
import { say } from './words';

function close(): void {
  dialog.value = undefined;
}

/** Runs an act and says in the dialog what is wrong with it. */
function Doing(props: {
  title: string;
  id: string;
  what: Act | undefined;
  label: string;
  children: preact.ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    if (!props.what) return;
    setBusy(true);
    await act(props.id, props.what);
    setBusy(false);
  };
  return (
    <Dialog
      title={props.title}
      onClose={close}
      onSubmit={() => void run()}
      actions={
        <>
          <Button onClick={close}>{words.cancel}</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!props.what}>
            {props.label}
          </Button>
        </>
      }
    >
      {props.children}
      <InlineProblem error={actionProblems.value[props.id]} />
    </Dialog>
  );
}

function TransferDialog({ id }: { id: string }) {
  const queues = useLoad((signal) => get('/v1/queues', { signal }), []).state.value;
  const agents = useLoad((signal) => get('/v1/agents', { signal }), []).state.value;
  const [to, setTo] = useState('');
  const [kind, name] = [to.slice(0, 1), to.slice(2)];
  const what: Act | undefined =
    to === '' ? undefined : { name: 'transfer', ...(kind === 'q' ? { queue: name } : { to_agent: name }) };
  return (
    <Doing title={say.transfer} id={id} what={what} label={say.transfer}>
      <Field label={say.transferTo} hint={say.transferHint}>
        {(attributes) => (
          <select {...attributes} value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            <option value="" />
            <optgroup label={say.queue}>
              {queues.data?.data.map((queue) => (
                <option key={queue.name} value={`q:${queue.name}`}>
                  {queue.name} ({say.inQueue(queue.waiting)})
                </option>
              ))}
            </optgroup>
            <optgroup label={say.agent}>
              {agents.data?.data.map((agent) => (
                <option key={agent.id} value={`a:${agent.id}`}>
                  {agent.name || agent.id} ({wordFor(words.presence, agent.presence)})
                </option>
              ))}
            </optgroup>
          </select>
        )}
      </Field>
      <InlineProblem error={queues.error ?? agents.error} />
    </Doing>
  );
}

function SnoozeDialog({ id }: { id: string }) {
  const times = laterTimes(now.peek());
  const [choice, setChoice] = useState<string>('hour');
  const [other, setOther] = useState(localInput(times.tomorrow));
  const until = choice === 'other' ? Date.parse(other) : times[choice as keyof typeof times];
  const what: Act | undefined = Number.isFinite(until)
    ? { name: 'snooze', until: new Date(until).toISOString() }
    : undefined;
  const options = { ...say.snoozeFor, other: say.snoozeOther };
  return (
    <Doing title={say.snooze} id={id} what={what} label={say.snooze}>
      <fieldset class="choices">
        <legend>{say.snoozeUntil}</legend>
        {Object.entries(options).map(([name, label]) => (
          <label key={name} class="choice">
            <input type="radio" name="until" checked={choice === name} onChange={() => setChoice(name)} />
            {label}
          </label>
        ))}
      </fieldset>
      {choice === 'other' && (
        <input
          type="datetime-local"
          aria-label={say.snoozeOther}
          value={other}
          onInput={(event) => setOther(event.currentTarget.value)}
        />
      )}
    </Doing>
  );
}

function ResolveDialog({ id }: { id: string }) {
  const [reason, setReason] = useState('solved');
  return (
    <Doing title={say.resolve} id={id} what={{ name: 'resolve', reason }} label={say.resolve}>
      <fieldset class="choices">
        <legend>{say.resolveWhy}</legend>
        {Object.entries(say.resolutions).map(([name, label]) => (
          <label key={name} class="choice">
            <input type="radio" name="reason" checked={reason === name} onChange={() => setReason(name)} />
            {label}
          </label>
        ))}
      </fieldset>
    </Doing>
  );
}

function WrongDialog({ chat }: { chat: Chat }) {
  const [intent, setIntent] = useState('');
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const message = chat.messages.value.find((one) => one.id === accused.value);
  // What it can understand; without the list the label goes without an intent.
  const intents = useLoad((signal) => get('/v1/bot', { signal }), []).state.value.data?.known_intents ?? [];
  const run = async () => {
    if (!message) return;
    setBusy(true);
    try {
      const said = { ...(intent ? { intent } : {}), ...(comment.trim() ? { comment: comment.trim() } : {}) };
      const body = { message_id: message.id, verdict: 'wrong' as const, ...said };
      await post('/v1/conversations/{id}/labels', { path: { id: chat.id }, body });
      toast(say.wrongDone);
      close();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={say.wrongLong}
      onClose={close}
      onSubmit={() => void run()}
      actions={
        <>
          <Button onClick={close}>{words.cancel}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {words.save}
          </Button>
        </>
      }
    >
      <p class="case-quote">{message?.text}</p>
      <Field label={say.wrongWhat}>
        {(attributes) => (
          <select {...attributes} value={intent} onChange={(event) => setIntent(event.currentTarget.value)}>
            <option value="">{say.unsaid}</option>
            {intents.map((name) => (
              <option key={name} value={name}>
                {wordFor({}, name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say.comment}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={3}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
        )}
      </Field>
      <InlineProblem error={error} />
    </Dialog>
  );
}

function KeysDialog() {
  const groups = ['Lists', 'Conversation', 'Writing'] as const;
  return (
    <Dialog title={say.keys} onClose={close} wide>
      <div class="keys">
        {groups.map((group) => (
          <section key={group}>
            <h3 class="side-title">{group}</h3>
            <dl class="keys-list">
              {[
                ...BINDINGS.filter((binding) => binding.group === group),
                ...(group === 'Writing' ? ALSO : []),
              ].map(({ keys, what }) => (
                <div key={what}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} class="key">
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

export function Dialogs({ chat }: { chat: Chat | undefined }) {
  if (dialog.value === 'keys') return <KeysDialog />;
  if (!chat) return null;
  switch (dialog.value) {
    case 'transfer':
      return <TransferDialog id={chat.id} />;
    case 'snooze':
      return <SnoozeDialog id={chat.id} />;
    case 'resolve':
      return <ResolveDialog id={chat.id} />;
    case 'wrong':
      return <WrongDialog chat={chat} />;
    default:
      return null;
  }
}
