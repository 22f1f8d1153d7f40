// Changing one's own password.
import { useState } from 'preact/hooks';
import { post } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { Button, Field } from '../parts/basics';
import { Dialog } from '../parts/dialog';
import { words } from '../words';
import { toast } from './toasts';

const text = {
  title: 'Change the password',
  current: 'Present password',
  next: 'New password',
  hint: '12 characters or more.',
  done: 'The password is changed.',
};

export function PasswordDialog({ onClose }: { onClose(): void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const save = async () => {
    setBusy(true);
    try {
      await post('/v1/session/password', { body: { current, new: next }, tries: 1 });
      toast(text.done);
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const fields = [
    { name: 'current', label: text.current, value: current, set: setCurrent, auto: 'current-password' },
    { name: 'new', label: text.next, value: next, set: setNext, auto: 'new-password' },
  ] as const;
  return (
    <Dialog
      title={text.title}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {words.save}
          </Button>
        </>
      }
    >
      {problem && problem.fields.length === 0 && (
        <p class="note note-danger" role="alert">
          {problem.message}
        </p>
      )}
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.label}
          hint={field.name === 'new' ? text.hint : undefined}
          problem={problem?.field(`/${field.name}`)}
        >
          {(attributes) => (
            <input
              {...attributes}
              type="password"
              autoComplete={field.auto}
              required
              value={field.value}
              onInput={(event) => field.set(event.currentTarget.value)}
            />
          )}
        </Field>
      ))}
    </Dialog>
  );
}
