// Where the person is, as the address bar's hash says it: `#/desk/{id}?tab=notes`.
import { computed, signal } from '@preact/signals';

export interface Place {
  /** Parts between slashes, decoded: `["desk", "conv_1"]`. */
  parts: string[];
  query: URLSearchParams;
}

const hash = signal(typeof location === 'undefined' ? '' : location.hash);

export const place = computed<Place>(() => readPlace(hash.value));

export function readPlace(text: string): Place {
  const [path = '', query = ''] = text.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').filter((part) => part !== '');
  return { parts: parts.map(decode), query: new URLSearchParams(query) };
}

// A hash that somebody cut in the middle of an escape is taken as it stands.
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The hash of a place: `href('why', id, 3)` is `#/why/conv_1/3`. */
export function href(...parts: (string | number)[]): string {
  return `#/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

export function go(to: string): void {
  if (location.hash === to) return;
  location.hash = to;
}

/** As `go`, but Back leads past it. */
export function replace(to: string): void {
  history.replaceState(null, '', to);
  hash.value = location.hash;
}

/** The values of `{}` parts where the place fits the pattern (`why/{id}/{version}`), in order. */
export function match(pattern: string, parts: string[]): string[] | undefined {
  const wanted = pattern.split('/').filter((part) => part !== '');
  if (wanted.length !== parts.length) return undefined;
  const values: string[] = [];
  for (const [at, want] of wanted.entries()) {
    const part = parts[at] ?? '';
    if (want.startsWith('{')) values.push(part);
    else if (want !== part) return undefined;
  }
  return values;
}

export function followAddress(): void {
  window.addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
  hash.value = location.hash;
}
