// The `/` that asks for canned responses: at the beginning of a line, up to the caret. Pure.

export interface Slash {
  /** Where it begins in the text, in UTF-16 code units, and where the caret is. */
  start: number;
  end: number;
  query: string;
}

const LONGEST = 60;

export function slashAt(text: string, caret: number): Slash | undefined {
  const start = text.lastIndexOf('\n', caret - 1) + 1;
  if (text[start] !== '/' || caret <= start) return undefined;
  const query = text.slice(start + 1, caret);
  // A path or a date is no search: those have another slash, or go on for long.
  return query.includes('/') || query.length > LONGEST
    ? undefined
    : { start, end: caret, query: query.trim() };
}

export function replaced(text: string, slash: Slash, by: string): string {
  return text.slice(0, slash.start) + by + text.slice(slash.end);
}
