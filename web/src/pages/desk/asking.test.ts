// Few questions at a time, none lost, none doubled.
import { expect, it } from 'vitest';
import { Asking } from './asking';

it('asks few at a time, and once more for what changed meanwhile', async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const asking = new Asking((id) => {
    asked.push(id);
    return new Promise((resolve, reject) =>
      answers.push(id === 'b' ? () => reject(new Error('away')) : resolve),
    );
  }, 2);
  for (const id of ['a', 'b', 'c', 'a', 'a', 'c']) asking.ask(id);
  expect(asked).toEqual(['a', 'b']);
  const settle = async () => {
    for (const answer of answers.splice(0)) answer();
    await new Promise((done) => setTimeout(done, 0));
  };
  await settle();
  expect([...asked].sort()).toEqual(['a', 'a', 'b', 'c']);
  await settle();
  expect(asked).toHaveLength(4);
});
