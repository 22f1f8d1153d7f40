// Where a one-time link leads: the first administrator's account, an invitation, or a new password.
import { useState } from 'preact/hooks';
import { get } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { replace } from '../app/router';
import { setUp } from '../app/session';
import { Button, Field, Loading } from '../parts/basics';
import { useLoad } from '../parts/load';

const text = {
  title: 'Set up your account',
  intro: 'This link works once. Choose a password, and you are signed in.',
  login: 'Login',
  loginHint: 'Letters, digits, “_” and “-”.',
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
  const ways = useLoad((signal) => get('/v1/sign-in', { signal }), []).state.value;
  return (
    <main class="door">
      <div class="door-box">
        <h1 class="door-title">{text.title}</h1>
        {!ways.data && !ways.error ? (
          <Loading />
        ) : token === '' ? (
          <p class="note note-danger">{text.noToken}</p>
        ) : (
          <>
            <p class="door-text">{text.intro}</p>
            <SetupForm token={token} first={ways.data?.setup_needed ?? false} />
          </>
        )}
      </div>
    </main>
  );
}

/** The first administrator chooses a login; whoever is invited has one. */
function SetupForm({ token, first }: { token: string; first: boolean }) {
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
      const who = first ? { login: values.login.trim(), name: values.name.trim() } : {};
      await setUp({ token, password: values.password, ...who });
      replace('#/');
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  // What no field on the page can say is said above them.
  const shown = ['/password', ...(first ? ['/login', '/name'] : [])].some((at) => problem?.field(at));
  const input = (name: Name) => ({
    name,
    required: true,
    value: values[name],
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      setValues({ ...values, [name]: event.currentTarget.value }),
  });
  return (
    <form class="door-form" onSubmit={(event) => void submit(event)}>
      {problem && !shown && (
        <p class="note note-danger" role="alert">
          {problem.message}
        </p>
      )}
      {first && (
        <>
          <Field label={text.login} hint={text.loginHint} problem={problem?.field('/login')}>
            {(attributes) => <input {...attributes} {...input('login')} autoComplete="username" />}
          </Field>
          <Field label={text.name} hint={text.nameHint} problem={problem?.field('/name')}>
            {(attributes) => <input {...attributes} {...input('name')} autoComplete="name" />}
          </Field>
        </>
      )}
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
