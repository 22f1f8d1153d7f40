// The sign-in page: a login and a password, or the company's own provider.
import { useState } from 'preact/hooks';
import { get } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { place, replace } from '../app/router';
import { signIn } from '../app/session';
import { Button, Field } from '../parts/basics';
import { useLoad } from '../parts/load';
import { words } from '../words';

const text = {
  login: 'Login',
  password: 'Password',
  failed: 'Login and password do not fit together.',
  often: 'Too many attempts. Wait a little before the next.',
  setup: 'There is no account yet. Open the one-time link that the server printed when it started.',
  or: 'or',
  oidc: (name: string) => `Sign in with ${name}`,
};

/** Why the company's own provider did not lead in; the codes are the engine's. */
const REFUSED: Readonly<Record<string, string>> = {
  oidc_off: 'Signing in by another provider is not set up here.',
  oidc_expired: 'That sign-in took too long, or was begun in another window. Try it again.',
  oidc_refused: 'The provider did not confirm who you are. Try it again.',
  oidc_no_role:
    'The provider knows you, but none of your roles there opens this console. Ask an administrator.',
  oidc_disabled: 'Your account is disabled. Ask an administrator.',
  oidc_login_taken: 'An account with your name exists already, and signs in by password.',
  oidc_unavailable: 'The provider cannot be reached. Try it again later.',
};

export function SignInPage() {
  const ways = useLoad((signal) => get('/v1/sign-in', { signal }), []).state.value;
  const refused = place.value.query.get('failed');
  return (
    <main class="door">
      <div class="door-box">
        <h1 class="door-title">{ways.data?.business || words.product}</h1>
        <p class="door-text">{words.product}</p>
        {refused && (
          <p class="note note-danger" role="alert">
            {REFUSED[refused] ?? REFUSED.oidc_refused}
          </p>
        )}
        {ways.data?.setup_needed ? <p class="note">{text.setup}</p> : <SignInForm />}
        {ways.data?.oidc && (
          <>
            <p class="door-or">{text.or}</p>
            <a class="button button-plain door-wide" href={ways.data.oidc.url}>
              {text.oidc(ways.data.oidc.name)}
            </a>
          </>
        )}
      </div>
    </main>
  );
}

function SignInForm() {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>(undefined);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await signIn(login.trim(), password);
      if (place.value.parts[0] === 'sign-in') replace('#/');
    } catch (error) {
      setPassword('');
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <form class="door-form" onSubmit={(event) => void submit(event)}>
      {problem && (
        <p class="note note-danger" role="alert">
          {said(problem)}
        </p>
      )}
      <Field label={text.login} problem={problem?.field('/login')}>
        {(attributes) => (
          <input
            {...attributes}
            name="login"
            autoComplete="username"
            autoCapitalize="none"
            spellcheck={false}
            required
            value={login}
            onInput={(event) => setLogin(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={text.password} problem={problem?.field('/password')}>
        {(attributes) => (
          <input
            {...attributes}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={busy}>
        {words.signIn}
      </Button>
    </form>
  );
}

function said(problem: Problem): string {
  if (problem.code === 'sign_in_failed') return text.failed;
  if (problem.status === 429) return text.often;
  return problem.message;
}
