// The house rules that no linter knows: every file opens with what it holds, no file is long, and nothing turns text
// into markup.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const LINES_MAX = 400;
const FOLDERS = ['src', 'widget', 'demo', 'tests', 'browser'];

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : files(path);
    return /\.(ts|tsx|css)$/.test(entry.name) && entry.name !== 'schema.ts' ? [path] : [];
  });
}

const present = readdirSync('.').filter((name) => FOLDERS.includes(name));
const all = present.flatMap(files).map((path) => ({ path, text: readFileSync(path, 'utf8') }));

function offenders(wrong: (text: string) => boolean): string[] {
  return all.filter(({ text }) => wrong(text)).map(({ path }) => path);
}

it('looks at the console', () => {
  expect(all.length).toBeGreaterThan(20);
});

it('opens every file with a comment', () => {
  expect(offenders((text) => !/^(\/\/ \S|\/\* \S)/.test(text))).toEqual([]);
});

it('keeps files short', () => {
  expect(offenders((text) => text.split('\n').length - 1 > LINES_MAX)).toEqual([]);
});

it('writes customers’ words as text, never as markup', () => {
  const markup = /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet/;
  const shipped = (path: string) => path.startsWith('src/') || path.startsWith('widget/');
  expect(offenders((text) => markup.test(text)).filter(shipped)).toEqual([]);
});
