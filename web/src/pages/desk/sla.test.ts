// Which clock is shown, and what it says.
import { expect, it } from 'vitest';
import { countdown, pressing } from './sla';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const due = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

it('shows what runs out first, and what is over before that', () => {
  const far = { clock: 'resolution', state: 'running', due: due(9000) };
  const near = { clock: 'first_response', state: 'running', due: due(300) };
  const over = { clock: 'next_response', state: 'breached' };
  expect(pressing([far, near])).toBe(near);
  expect(pressing([far, over, near])).toBe(over);
  expect(pressing([{ clock: 'resolution', state: 'paused' }])).toBeUndefined();
});

it('counts down, warns, and is overdue without being told', () => {
  const at = (seconds: number) =>
    countdown([{ clock: 'first_response', state: 'running', due: due(seconds) }], NOW);
  expect(at(300)).toMatchObject({ text: '5m 00s', tone: 'plain' });
  expect(at(60)).toMatchObject({ text: '1m 00s', tone: 'warn' });
  expect(at(-30)).toMatchObject({ text: 'overdue 30s', tone: 'danger' });
  expect(countdown([{ clock: 'resolution', state: 'breached' }], NOW)).toMatchObject({ text: 'overdue' });
  expect(countdown([], NOW)).toBeUndefined();
});
