// A new endpoint, or another URL, other events or another form for one that is there.
import { useState } from 'preact/hooks';
import { patch, post } from '../../api/client';
import { newKey } from '../../api/key';
import type { EndpointView } from '../../api/types';
import { Button, InlineProblem } from '../../parts/basics';
import { Dialog } from '../../parts/dialog';
import { words } from '../../words';
import { useDeed } from '../shared/deed';
import { Checks, type Option, SelectField, TextField } from '../shared/fields';
import { KINDS } from './kinds';

type Payload = 'full' | 'thin';
type Format = 'standard' | 'cloudevents';

const PAYLOADS: readonly Option<Payload>[] = [
  { value: 'full', label: 'Full: the whole event' },
  { value: 'thin', label: 'Thin: ids only, to be asked for' },
];

const FORMATS: readonly Option<Format>[] = [
  { value: 'standard', label: 'Standard Webhooks' },
  { value: 'cloudevents', label: 'CloudEvents' },
];

interface FormProps {
  endpoint: EndpointView | undefined;
  onClose: () => void;
  onSaved: (endpoint: EndpointView) => void;
}

export function EndpointForm({ endpoint, onClose, onSaved }: FormProps) {
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [events, setEvents] = useState<readonly string[]>(endpoint?.events ?? []);
  const [payload, setPayload] = useState<Payload>(endpoint?.payload === 'thin' ? 'thin' : 'full');
  const [format, setFormat] = useState<Format>(
    endpoint?.format === 'cloudevents' ? 'cloudevents' : 'standard',
  );
  const deed = useDeed();
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = { url: url.trim(), events: [...events], payload, format };
    const idempotencyKey = newKey();
    const done = await deed.run(async () => {
      onSaved(
        endpoint
          ? await patch('/v1/webhooks/{id}', { path: { id: endpoint.id }, body })
          : await post('/v1/webhooks', { body, idempotencyKey }),
      );
    });
    if (done) onClose();
  };
  const kinds = [...new Set([...KINDS, ...events])].map((kind) => ({ value: kind, label: kind }));
  return (
    <Dialog title={endpoint ? 'Change the endpoint' : 'Add an endpoint'} onClose={onClose} wide>
      <form class="form" onSubmit={(event) => void save(event)}>
        <TextField
          label="URL"
          hint="Where events are posted to; https, except on this machine."
          type="url"
          required
          value={url}
          onValue={setUrl}
          problem={deed.problem?.field('/url')}
        />
        <Checks
          label="Events"
          hint="None: all of them."
          options={kinds}
          chosen={events}
          onChosen={setEvents}
        />
        <SelectField label="How much" value={payload} onValue={setPayload} options={PAYLOADS} />
        <SelectField
          label="Wrapped as"
          hint="What is on its way already stays as it is."
          value={format}
          onValue={setFormat}
          options={FORMATS}
        />
        <InlineProblem error={deed.problem?.field('/url') ? undefined : deed.problem} />
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
