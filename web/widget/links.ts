// Addresses in a text, so that they can be followed: only those that begin with http:// or https://, and only as they stand.

export interface Part {
  readonly text: string;
  readonly url: string;
}

const URL_PATTERN = /https?:\/\/[^\s<>"'`]+/gi;
/** What ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}…]+$/;

export function parts(text: string): readonly Part[] {
  const found: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(URL_PATTERN)) {
    const url = match[0].replace(TRAILING, '');
    if (!URL.canParse(url)) {
      continue;
    }
    found.push({ text: text.slice(from, match.index), url: '' }, { text: url, url });
    from = match.index + url.length;
  }
  found.push({ text: text.slice(from), url: '' });
  return found.filter((part) => part.text);
}
