// What a page reads, kept fresh: every so often while it is looked at, whenever events may have been missed, and on the
// events that it names.
import { useEffect, useRef } from 'preact/hooks';
import type { LiveEvent } from '../../live/events';
import { generation, subscribe } from '../../live/feed';
import { type Loader, useLoad } from '../../parts/load';

/** How long events that come together are waited for. */
const TOGETHER_MS = 1000;

interface Freshness {
  /** 0: only when asked. */
  everyMs?: number;
  /** Whether this event makes what was read stale. */
  stale?: (event: LiveEvent) => boolean;
}

/** `on` as `useLoad` has it. */
export function useFresh<T>(read: () => Promise<T>, on: readonly unknown[], how: Freshness = {}): Loader<T> {
  const loader = useLoad(read, [...on, generation.value]);
  const latest = useRef({ loader, stale: how.stale });
  latest.current = { loader, stale: how.stale };
  const everyMs = how.everyMs ?? 0;

  useEffect(() => {
    // What is under way is not asked for again: a slow answer is better than none.
    const refresh = () => {
      const { loader } = latest.current;
      if (document.visibilityState === 'visible' && !loader.state.value.busy) loader.reload();
    };
    const timer = everyMs > 0 ? setInterval(refresh, everyMs) : undefined;
    let soon: ReturnType<typeof setTimeout> | undefined;
    const end = subscribe((event) => {
      if (soon !== undefined || !latest.current.stale?.(event)) return;
      soon = setTimeout(() => {
        soon = undefined;
        refresh();
      }, TOGETHER_MS);
    });
    return () => {
      clearInterval(timer);
      clearTimeout(soon);
      end();
    };
  }, [everyMs]);
  return loader;
}
