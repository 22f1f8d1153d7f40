// A copy of the sample business in a folder of its own, open around the clock, so that no story depends on the time.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { REPOSITORY } from './program.ts';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** What a story changes in the copy before the server reads it. */
export type Change = (folder: string) => Promise<void>;

/** Makes the copy and returns its folder; {@link forget} deletes it. */
export async function copyOfBusiness(changes: readonly Change[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'firstline-browser-'));
  await cp(join(REPOSITORY, 'knowledge'), join(folder, 'knowledge'), { recursive: true });
  await cp(join(REPOSITORY, 'firstline.toml'), join(folder, 'firstline.toml'));
  await changePolicy(alwaysOpen)(folder);
  for (const change of changes) {
    await change(folder);
  }
  return folder;
}

export async function forget(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** A change of policy.yml as text, which keeps its comments and its quotes. */
export function changePolicy(change: (policy: string) => string): Change {
  return async (folder) => {
    const path = join(folder, 'knowledge', 'policy.yml');
    const before = await readFile(path, 'utf8');
    const after = change(before);
    if (after === before) {
      throw new Error('policy.yml has not changed: it no longer looks as this change expects');
    }
    await writeFile(path, after);
  };
}

/** Every calendar gets the whole week and no holidays. */
function alwaysOpen(policy: string): string {
  const week = DAYS.map((day) => `      ${day}: [00:00-24:00]\n`).join('');
  const calendar = (name: string): string => `  ${name}:\n    time_zone: Europe/London\n    week:\n${week}`;
  // The block ends where the next key of the outermost level begins.
  return policy.replace(
    /^hours:\n(?:(?: .*|#.*)?\n)*/m,
    `hours:\n${calendar('default')}${calendar('workshop')}\n`,
  );
}
