// What a page reads when it opens: loading, there, or wrong, and read anew when what it depends on changes.
import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';

export interface Loaded<T> {
  /** The newest that came; kept while it is read again. */
  data: T | undefined;
  /** What went wrong the last time. */
  error: unknown;
  busy: boolean;
}

export interface Loader<T> {
  state: Signal<Loaded<T>>;
  reload(): void;
  /** Puts a changed value in place without asking. */
  set(data: T): void;
}

/** `read` runs at once and whenever one of `on` changes; an answer that a later question overtook is dropped. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loader<T> {
  const state = useSignal<Loaded<T>>({ data: undefined, error: undefined, busy: true });
  const newest = useRef<AbortController | undefined>(undefined);
  const reader = useRef(read);
  reader.current = read;

  const reload = useCallback(() => {
    newest.current?.abort();
    const controller = new AbortController();
    newest.current = controller;
    state.value = { ...state.value, busy: true };
    reader.current(controller.signal).then(
      (data) => {
        if (newest.current === controller) state.value = { data, error: undefined, busy: false };
      },
      (error: unknown) => {
        if (newest.current !== controller || controller.signal.aborted) return;
        state.value = { ...state.value, error, busy: false };
      },
    );
  }, [state]);

  useEffect(() => {
    reload();
    return () => newest.current?.abort();
    // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says what it depends on
  }, on);

  return {
    state,
    reload,
    set: (data) => {
      state.value = { data, error: undefined, busy: false };
    },
  };
}
