// Every row of a list of which only what can be seen is drawn: it is scrolled through, some way in each frame.

import type { Page } from '@playwright/test';

export interface Pass {
  /** How long each frame took, in milliseconds. */
  readonly took: readonly number[];
  /** What stood in each row that was drawn, by its place in the list. */
  readonly rows: readonly (readonly [place: number, text: string])[];
}

/** CSS pixels for each frame: less than is drawn at once. */
const STEP = 400;

/** From the top of the list with this name to its end. */
export function scrollThrough(page: Page, name: string): Promise<Pass> {
  return page.evaluate(pass, { name, step: STEP });
}

/** Runs in the page. */
async function pass({ name, step }: { name: string; step: number }): Promise<Pass> {
  const list = document.querySelector(`ul[aria-label="${name}"]`);
  const box = list?.parentElement;
  if (!list || !box) {
    throw new Error(`there is no list “${name}”`);
  }
  const took: number[] = [];
  const rows = new Map<number, string>();
  const frame = (): Promise<number> => new Promise((drawn) => requestAnimationFrame(drawn));
  box.scrollTop = 0;
  let last = await frame();
  for (let end = false; !end; ) {
    const now = await frame();
    took.push(now - last);
    last = now;
    for (const row of list.children) {
      rows.set(Number(row.getAttribute('aria-posinset')), row.textContent ?? '');
    }
    end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
    box.scrollTop += step;
  }
  // The first is from before the scrolling.
  return { took: took.slice(1), rows: [...rows] };
}
