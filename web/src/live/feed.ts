// The workspace's one stream, and who listens to it: pages subscribe, signals are fed, and all share the connection.
import { signal } from '@preact/signals';
import type { LiveEvent } from './events';
import { type Connection, Stream } from './stream';

/** How the stream stands; shown in the header. */
export const connection = signal<Connection>('connecting');

/** Rises whenever events may have been missed for good; pages read their lists anew then. */
export const generation = signal(0);

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();
let stream: Stream | undefined;

export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startFeed(): void {
  if (stream) return;
  stream = new Stream({
    url: '/v1/events',
    onEvent: (event) => {
      if (event.kind === 'hello') generation.value += 1;
      for (const listener of listeners) listener(event);
    },
    onConnection: (state) => {
      connection.value = state;
    },
  });
  stream.start();
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
}

export function stopFeed(): void {
  stream?.stop();
  stream = undefined;
  window.removeEventListener('online', hurry);
  document.removeEventListener('visibilitychange', hurry);
}

function hurry(): void {
  if (document.visibilityState === 'visible') stream?.hurry();
}
