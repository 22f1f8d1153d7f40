// A list that the engine gives page by page, newest first.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asProblem, type Problem } from '../../api/problem';
import type { Page } from '../../api/types';
import { generation } from '../../live/feed';

export interface Paged<T> {
  /** Undefined until the first page is there. */
  items: T[] | undefined;
  problem: Problem | undefined;
  /** Reads the next page; undefined where there is none. */
  more: (() => void) | undefined;
  busy: boolean;
  reload: () => void;
  /** Changes what is shown, where an answer has said it already. */
  change: (change: (items: T[]) => T[]) => void;
}

interface State<T> {
  key: string;
  items?: T[];
  next?: string | null | undefined;
  problem?: Problem | undefined;
  busy: boolean;
}

export function usePaged<T>(load: (cursor: string | undefined) => Promise<Page<T>>, key: string): Paged<T> {
  const [state, setState] = useState<State<T>>({ key, busy: true });
  const latest = useRef({ load, key });
  latest.current.load = load;
  latest.current.key = key;

  const read = useCallback((cursor: string | undefined) => {
    const asked = latest.current.key;
    const still = () => latest.current.key === asked;
    setState((before) => ({ ...(before.key === asked ? before : { key: asked }), busy: true }));
    latest.current.load(cursor).then(
      (page) => {
        if (!still()) return;
        setState((before) => {
          const earlier = cursor === undefined ? [] : (before.items ?? []);
          return { key: asked, items: [...earlier, ...page.data], next: page.next_cursor, busy: false };
        });
      },
      (error) => {
        if (still()) setState((before) => ({ ...before, problem: asProblem(error), busy: false }));
      },
    );
  }, []);

  const reload = useCallback(() => read(undefined), [read]);
  const missed = generation.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key, or events that were missed, make it stale.
  useEffect(reload, [key, missed]);
  useEffect(
    () => () => {
      latest.current.key = '';
    },
    [],
  );

  const change = useCallback((change: (items: T[]) => T[]) => {
    setState((before) => (before.items === undefined ? before : { ...before, items: change(before.items) }));
  }, []);
  const current: State<T> = state.key === key ? state : { key, busy: true };
  const next = current.next;
  return {
    items: current.items,
    problem: current.problem,
    more: next ? () => read(next) : undefined,
    busy: current.busy,
    reload,
    change,
  };
}
