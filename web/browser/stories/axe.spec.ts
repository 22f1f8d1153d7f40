// Every page in both themes, examined by axe: nothing serious, nothing critical.

import { serious } from '../harness/axe.ts';
import { test } from '../harness/day.ts';
import { onEveryPage } from '../harness/pages.ts';
import { expect } from '../harness/test.ts';
import { Widget } from '../harness/widget.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page, ${colorScheme}`, async ({ day, staff, pageFor }) => {
    test.setTimeout(90_000);
    const found: Record<string, string[]> = {};
    await onEveryPage({ day, staff, pageFor }, { colorScheme }, async (page, name) => {
      found[name] = await serious(page);
    });
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
  });

  for (const [size, viewport] of [
    ['desktop', { width: 1280, height: 800 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    test(`the widget on a ${size}, ${colorScheme}`, async ({ day, pageFor }) => {
      const page = await pageFor(undefined, '/demo', { colorScheme, viewport });
      const widget = new Widget(page);
      await widget.open();
      expect(await serious(page)).toEqual([]);
      await widget.take(day.answered.opened);
      await expect(widget.entry('Source:')).not.toHaveCount(0);
      expect(await serious(page)).toEqual([]);
      await widget.take(day.over.opened);
      await expect(widget.entry('At 8:30')).toHaveCount(1);
      expect(await serious(page)).toEqual([]);
    });
  }
}
