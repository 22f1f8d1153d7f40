// Where a one-time link leads: the first administrator's account, an invitation, or a new password.
import { useState } from 'preact/hooks';
import { asProblem, type Problem } from '../api/problem';
import { replace } from '../app/router';
import { setUp } from '../app/session';
import { Button, Field } from '../parts/basics';

const text = {
  title: 'Set up your account',
  intro: 'This link works once. Choose a password, and you are signed in.',
  login: 'Login',
  loginHint: 'Letters, digits, “_” and “-”. Invited people keep the login that they were given.',
  name: 'Name',
  nameHint: 'What customers read when you join a conversation.',
  password: 'Password',
  passwordHint: '12 characters or more.',
  again: 'Password again',
  differ: 'The two passwords differ.',
  go: 'Set up and sign in',
  noToken: 'The link is incomplete: its token is missing. Open it again as it was printed or sent.',
};

const EMPTY = { login: '', name: '', password: '', again: '' };
type Name = keyof typeof EMPTY;

export function SetupPage({ token }: { token: string }) {
  return (
    <main class="door">
      <div class="door-box">
        <h1 class="door-title">{text.title}</h1>
        {token === '' ? (
          <p class="note note-danger">{text.noToken}</p>
        ) : (
          <>
            <p class="door-text">{text.intro}</p>
            <SetupForm token={token} />
          </>
        )}
      </div>
    </main>
  );
}

function SetupForm({ token }: { token: string }) {
  const [values, setValues] = useState(EMPTY);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const differ = values.again !== '' && values.again !== values.password;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (values.again !== values.password) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await setUp(token, values.login.trim(), values.name.trim(), values.password);
      replace('#/');
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const input = (name: Name) => ({
    name,
    required: true,
    value: values[name],
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      setValues({ ...values, [name]: event.currentTarget.value }),
  });
  return (
    <form class="door-form" onSubmit={(event) => void submit(event)}>
      {problem && problem.fields.length === 0 && (
        <p class="note note-danger" role="alert">
          {problem.message}
        </p>
      )}
      <Field label={text.login} hint={text.loginHint} problem={problem?.field('/login')}>
        {(attributes) => <input {...attributes} {...input('login')} autoComplete="username" />}
      </Field>
      <Field label={text.name} hint={text.nameHint} problem={problem?.field('/name')}>
        {(attributes) => <input {...attributes} {...input('name')} autoComplete="name" />}
      </Field>
      <Field label={text.password} hint={text.passwordHint} problem={problem?.field('/password')}>
        {(attributes) => (
          <input
            {...attributes}
            {...input('password')}
            type="password"
            autoComplete="new-password"
            minLength={12}
          />
        )}
      </Field>
      <Field label={text.again} problem={differ ? text.differ : undefined}>
        {(attributes) => (
          <input {...attributes} {...input('again')} type="password" autoComplete="new-password" />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={busy} disabled={differ}>
        {text.go}
      </Button>
    </form>
  );
}
