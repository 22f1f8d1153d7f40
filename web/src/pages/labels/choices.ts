// Which intents are offered for a doubt, in which order, and what a key means there. Pure.

const NUMBERED = 9;

export interface Choice {
  intent: string;
  /** The digit that takes it, while nothing is typed; 0: none does. */
  digit: number;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[_\s]+/g, ' ')
    .trim();
}

/**
 * Those that have every typed word; the names that begin so first. With nothing typed: what the bot took it for, what was
 * given so far, what was given lately, then the rest by name.
 */
export function choices(known: readonly string[], likely: readonly string[], typed: string): Choice[] {
  const words = plain(typed)
    .split(' ')
    .filter((word) => word !== '');
  const first = [...new Set(likely)].filter((intent) => known.includes(intent));
  const rest = [...known].sort().filter((intent) => !first.includes(intent));
  const all = [...first, ...rest];
  const fitting = all.filter((intent) => words.every((word) => plain(intent).includes(word)));
  const begins = (intent: string) => plain(intent).startsWith(words.join(' '));
  const ordered =
    words.length === 0 ? fitting : [...fitting.filter(begins), ...fitting.filter((one) => !begins(one))];
  return ordered.map((intent, at) => ({ intent, digit: words.length === 0 && at < NUMBERED ? at + 1 : 0 }));
}

export type Deed =
  | { do: 'give'; intent: string }
  | { do: 'mark'; at: number }
  | { do: 'move'; by: 1 | -1 }
  | { do: 'clear' };

/** What a key does beside a list of choices, of which the one at `marked` is marked; `undefined`: it is typed. */
export function deed(
  key: string,
  typed: string,
  offered: readonly Choice[],
  marked: number,
): Deed | undefined {
  if (typed === '' && /^[1-9]$/.test(key)) {
    const picked = offered.find((choice) => choice.digit === Number(key));
    return picked && { do: 'give', intent: picked.intent };
  }
  switch (key) {
    case 'Enter': {
      const intent = offered[marked]?.intent;
      return intent === undefined ? undefined : { do: 'give', intent };
    }
    case 'ArrowDown':
      return { do: 'mark', at: Math.min(marked + 1, offered.length - 1) };
    case 'ArrowUp':
      return { do: 'mark', at: Math.max(marked - 1, 0) };
    case 'PageDown':
      return { do: 'move', by: 1 };
    case 'PageUp':
      return { do: 'move', by: -1 };
    case 'Escape':
      return typed === '' ? undefined : { do: 'clear' };
    default:
      return undefined;
  }
}
