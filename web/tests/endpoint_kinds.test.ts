// The form offers what the engine knows, and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KINDS } from '../src/pages/endpoints/kinds';

it('offers every kind of event that the engine sends, but for the test that is asked for', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/domain/event.rs'), 'utf8');
  const names = [...source.matchAll(/=> "([a-z]+\.[a-z_]+)"/g)].flatMap((match) => match[1] ?? []);
  const known = new Set(names.filter((name) => name !== 'webhook.test'));
  expect(known.size).toBeGreaterThan(10);
  expect([...known].filter((name) => !KINDS.includes(name))).toEqual([]);
});
