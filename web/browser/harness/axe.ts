// What axe finds on a page that people with a disability would stumble over, as far as a program can tell.

import type { Page } from '@playwright/test';
import axe from 'axe-core';

/** The criteria of WCAG 2.2 at AA, and what axe counts as good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is serious or critical, one line each: the rule, and where. */
export async function serious(page: Page): Promise<string[]> {
  // By evaluation, as the page's own policy takes no script from elsewhere.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (rules) => (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly: rules }),
    RULES,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => {
      const places = nodes.map(
        ({ target, failureSummary }) => `${target.join(' ')} (${failureSummary ?? ''})`,
      );
      return `${id}, ${impact ?? ''}: ${help}\n  ${places.slice(0, 5).join('\n  ')}`;
    });
}
