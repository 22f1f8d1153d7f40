// Takes every page, light and dark, on a desktop and on a phone, into docs/pictures.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { test } from '../harness/day.ts';
import { onEveryPage } from '../harness/pages.ts';
import { REPOSITORY } from '../harness/program.ts';
import { expect } from '../harness/test.ts';
import { Widget } from '../harness/widget.ts';
import { withPalette } from './palette.ts';

const FOLDER = join(REPOSITORY, 'docs/pictures');
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

test.beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  const old = await readdir(FOLDER);
  await Promise.all(old.filter((name) => name.endsWith('.png')).map((name) => rm(join(FOLDER, name))));
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const look = { colorScheme, viewport, reducedMotion: 'reduce' } as const;
    const take = async (page: Page, name: string): Promise<void> => {
      const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
      await writeFile(join(FOLDER, `${name}-${size}-${colorScheme}.png`), withPalette(picture));
    };

    test(`${size}, ${colorScheme}`, async ({ day, staff, pageFor }) => {
      await onEveryPage({ day, staff, pageFor }, look, take);
      const page = await pageFor(undefined, '/demo', look);
      const widget = new Widget(page);
      await widget.open();
      await widget.take(day.answered.opened);
      await expect(widget.entry('Source:')).not.toHaveCount(0);
      await take(page, 'widget');
      await widget.take(day.over.opened);
      await expect(widget.panel.getByRole('radio').first()).toBeVisible();
      await take(page, 'widget-rating');
    });
  }
}
