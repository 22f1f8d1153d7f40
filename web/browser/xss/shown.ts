// Whether texts stand on a page as they were written: a payload that is not there to be read could not have run either.

import type { Page } from '@playwright/test';

/** Those of the texts that the page does not show, in itself or in an open shadow root. White space counts as one space. */
export async function missing(page: Page, texts: readonly string[]): Promise<string[]> {
  const shown = plain(await page.evaluate(readAll));
  return texts.filter((text) => !shown.includes(plain(text)));
}

/** White space counts as one space. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Runs in the page. */
function readAll(): string {
  const parts: string[] = [];
  const read = (node: Node): void => {
    if (node instanceof Text) {
      parts.push(node.data);
    }
    if (node instanceof HTMLElement && node.shadowRoot !== null) {
      read(node.shadowRoot);
    }
    if (!(node instanceof HTMLScriptElement || node instanceof HTMLStyleElement)) {
      node.childNodes.forEach(read);
      if (node instanceof HTMLElement && getComputedStyle(node).display !== 'inline') {
        parts.push(' ');
      }
    }
  };
  read(document.body);
  return parts.join('');
}
