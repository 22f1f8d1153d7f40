// How much waits for the one signed in, shown in the title and beside the desk's name.
import { signal } from '@preact/signals';

export const news = signal(0);

/** The title with how much is new: `(3) Desk`. */
export function titled(title: string, count: number): string {
  return count === 0 ? title : `(${count}) ${title}`;
}
