// Small pieces of sentences that the story of a turn is made of: quoted words, shares, names of languages and clocks.

/** Of a probability, in whole percents; what is above zero and below one never reads as if it were neither. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return 'under 1 %';
  if (whole === 100 && share < 1) return 'over 99 %';
  return `${whole} %`;
}

/** Phrases of the policy stand between spaces, so that they match whole words. */
export function quoted(text: string): string {
  return `“${text.trim()}”`;
}

/** A name out of a file, as people say it: `track_order` is “track order”. */
export function named(name: string): string {
  return quoted(spoken(name));
}

export function spoken(name: string): string {
  return name.replaceAll('_', ' ');
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[], joint = 'and'): string {
  const last = items.at(-1);
  if (last === undefined) return '';
  const before = items.slice(0, -1);
  return before.length === 0 ? last : `${before.join(', ')} ${joint} ${last}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "times" reads better as a word where it is one or two. */
export function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });

/** Of an ISO 639-1 code; the code itself where it is none. */
export function language(code: string): string {
  try {
    return LANGUAGES.of(code) ?? code;
  } catch {
    return code;
  }
}

const CLOCKS: Readonly<Record<string, string>> = {
  first_response: 'the first response',
  next_response: 'the next response',
  resolution: 'the resolution',
};

export function clock(kind: string): string {
  return CLOCKS[kind] ?? spoken(kind);
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The time of day of an instant; the text itself where it is none. */
export function timeOfDay(instant: string): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? instant : TIME.format(at);
}
