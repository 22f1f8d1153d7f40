// Every page there is, with who looks at it and how one knows that it is there: what is pictured and what axe examines.

import type { Page } from '@playwright/test';

import type { Day } from './day.ts';
import type { Staff } from './people.ts';
import { expect, type Fixtures, type Window } from './test.ts';

interface PageOf {
  readonly name: string;
  readonly path: string;
  /** Nobody, for the pages that anyone may see. */
  readonly seenBy: keyof Staff | undefined;
  /** What stands on it when it has loaded. */
  readonly shows: RegExp;
  /** And what is there then, in sight only where there is room. */
  readonly beside?: string | undefined;
}

function everyPage({ held, answered }: Day): readonly PageOf[] {
  const inConsole = (
    name: string,
    hash: string,
    seenBy: keyof Staff | undefined,
    shows: RegExp,
    beside?: string,
  ): PageOf => ({ name, path: `/console#/${hash}`, seenBy, shows, beside });
  return [
    inConsole('sign-in', 'sign-in', undefined, /Sign in/),
    inConsole('setup', 'setup?token=none', undefined, /password/i),
    inConsole('desk', 'desk', 'ana', /Priya Nair/),
    inConsole(
      'conversation',
      `desk/${held.conversation}`,
      'ana',
      /looking at your order now/,
      'Suggested replies',
    ),
    inConsole('wall', 'wall', 'sam', /As of/),
    inConsole('why', `why/${answered.conversation}/1`, 'ana', /helmet/),
    inConsole('labels', 'labels', 'sam', /exchanging it/),
    inConsole('bot', 'bot', 'sam', /track order/),
    inConsole('agents', 'agents', 'sam', /Ana Ferreira/),
    inConsole('queues', 'queues', 'sam', /workshop/),
    inConsole('endpoints', 'endpoints', 'ruth', /desk\.fernhollow\.example/),
    inConsole('accounts', 'accounts', 'ruth', /Noor Haddad/),
    inConsole('keys', 'keys', 'ruth', /^order system$/),
    inConsole('audit', 'audit', 'iris', /ruth/),
    { name: 'demo', path: '/demo', seenBy: undefined, shows: /Fernhollow/ },
  ];
}

export interface Around extends Pick<Fixtures, 'pageFor'> {
  readonly day: Day;
  readonly staff: Staff;
}

/** Goes to each of them, one browser for each person, and does this when it is there. */
export async function onEveryPage(
  { day, staff, pageFor }: Around,
  window: Window,
  work: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const open = new Map<string | undefined, Page>();
  for (const { name, path, seenBy, shows, beside } of everyPage(day)) {
    const page = open.get(seenBy) ?? (await pageFor(seenBy && staff[seenBy], path, window));
    open.set(seenBy, page);
    await page.goto(path);
    await expect(page.getByText(shows).filter({ visible: true }).first(), name).toBeVisible();
    if (beside !== undefined) {
      await expect(page.getByText(beside).first(), name).toBeAttached();
    }
    await expect(page.getByText('Loading', { exact: true }).filter({ visible: true }), name).toHaveCount(0);
    await work(page, name);
  }
}
