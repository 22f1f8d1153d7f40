// A list that the engine gives page by page, newest first.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../../api/types';

export interface Paged<T> {
  /** Undefined until the first page is there. */
  items: T[] | undefined;
  error: unknown;
  /** Reads the next page; undefined where there is none. */
  more: (() => void) | undefined;
  busy: boolean;
  reload: () => void;
  /** Changes what is shown, where an answer has said it already. */
  change: (change: (items: T[]) => T[]) => void;
}

interface State<T> {
  items?: T[];
  next?: string | null | undefined;
  error?: unknown;
  busy: boolean;
}

/** `key` names what is read: with another one the list begins anew. */
export function usePaged<T>(load: (cursor: string | undefined) => Promise<Page<T>>, key: string): Paged<T> {
  const [state, setState] = useState<State<T>>({ busy: true });
  const latest = useRef({ load, question: 0 });
  latest.current.load = load;

  const read = useCallback((cursor: string | undefined) => {
    const run = latest.current;
    run.question += 1;
    const asked = run.question;
    setState((before) => ({ ...before, error: undefined, busy: true }));
    run.load(cursor).then(
      (page) => {
        if (run.question !== asked) return;
        setState((before) => {
          const earlier = cursor === undefined ? [] : (before.items ?? []);
          return { items: [...earlier, ...page.data], next: page.next_cursor, busy: false };
        });
      },
      (error: unknown) => {
        if (run.question === asked) setState((before) => ({ ...before, error, busy: false }));
      },
    );
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another list
  useEffect(() => {
    setState({ busy: true });
    read(undefined);
    // An answer to what nobody asks for any more is dropped.
    return () => {
      latest.current.question += 1;
    };
  }, [key, read]);

  const reload = useCallback(() => read(undefined), [read]);
  const change = useCallback((change: (items: T[]) => T[]) => {
    setState((before) => (before.items === undefined ? before : { ...before, items: change(before.items) }));
  }, []);
  const { next } = state;
  return {
    items: state.items,
    error: state.error,
    more: next ? () => read(next) : undefined,
    busy: state.busy,
    reload,
    change,
  };
}
