// Choices that this browser remembers. Where it may not (a private window), they last as long as the page.
import { effect, type Signal, signal } from '@preact/signals';

const PREFIX = 'firstline.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Null forgets it. False where the browser keeps nothing, or has no more room. */
export function remember(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}

/** Names under a prefix that something is kept under. */
export function rememberedNames(prefix: string): string[] {
  try {
    const names = Object.keys(localStorage);
    return names.filter((name) => name.startsWith(PREFIX + prefix)).map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** A signal whose value outlives the page; what is not among `values` is not taken back. */
export function kept<T extends string>(name: string, initial: T, values: readonly T[]): Signal<T> {
  const known = values.find((value) => value === recall(name));
  const choice = signal<T>(known ?? initial);
  effect(() => {
    remember(name, choice.value === initial ? null : choice.value);
  });
  return choice;
}
