// What a page reads from the engine: read when the page opens, again when asked, every so often where it should be, and
// whenever events may have been missed. What was read stays in sight while it is read again.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../../api/problem';
import { generation } from '../../live/feed';

export interface Loaded<T> {
  /** Undefined until it is there. */
  value: T | undefined;
  /** Why it could not be read the last time. */
  problem: Problem | undefined;
  reload: () => void;
  /** Takes what an answer has already said, until it is read again. */
  put: (value: T) => void;
}

/** `key` names what is read: with another key, another thing. `everyMs` 0: only when asked. */
export function useLoaded<T>(load: () => Promise<T>, key: string, everyMs = 0): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: Problem }>({ key });
  const latest = useRef({ load, key, running: '', again: false });
  latest.current.load = load;
  latest.current.key = key;

  const reload = useCallback(() => {
    const run = latest.current;
    // One at a time: whoever asks meanwhile gets one more when it is done.
    if (run.running === run.key) {
      run.again = true;
      return;
    }
    const asked = run.key;
    run.running = asked;
    run.again = false;
    const done = (next: (before: { key: string; value?: T }) => { key: string; value?: T; problem?: Problem }) => {
      if (run.key !== asked) return;
      run.running = '';
      setState((before) => next(before.key === asked ? before : { key: asked }));
      if (run.again) reload();
    };
    run.load().then(
      (value) => done(() => ({ key: asked, value })),
      (error) => done((before) => ({ ...before, problem: asProblem(error) })),
    );
  }, []);

  const missed = generation.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key, or events that were missed, make it stale.
  useEffect(reload, [key, missed]);
  useEffect(() => {
    if (everyMs === 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);
  // Whoever has left the page is told nothing any more.
  useEffect(
    () => () => {
      latest.current.key = '';
    },
    [],
  );

  const put = useCallback((value: T) => setState({ key: latest.current.key, value }), []);
  const current = state.key === key ? state : { key };
  return { value: current.value, problem: current.problem, reload, put };
}
