// Which of the three faces is shown: a way in, the workplace, or why neither can be.

import { SetupPage } from '../pages/setup';
import { SignInPage } from '../pages/sign_in';
import { Loading, Wrong } from '../parts/basics';
import { place } from './router';
import { loadSession, session, sessionProblem } from './session';
import { Shell } from './shell';

export function App() {
  if (place.value.parts[0] === 'setup') return <SetupPage token={place.value.query.get('token') ?? ''} />;
  if (session.value === undefined) {
    const problem = sessionProblem.value;
    return problem ? <Wrong error={problem} retry={() => void loadSession()} /> : <Loading />;
  }
  return session.value === null ? <SignInPage /> : <Shell />;
}
