// The question at the end: 1 to 5, and a word if one likes.

import { h } from './dom';
import { fill, type Words } from './words';

/** What the server keeps of a comment. */
const COMMENT_MAX = 2000;

/** `send` says whether the rating got through. */
export function ratingForm(
  words: Words,
  send: (score: number, comment: string) => Promise<boolean>,
): HTMLFormElement {
  const scores = h('div', { class: 'scores' }, h('span', { 'aria-hidden': 'true' }, words.rate_bad));
  for (let score = 1; score <= 5; score += 1) {
    const label = fill(words.rate_score, { score });
    const extreme = { 1: `, ${words.rate_bad}`, 5: `, ${words.rate_good}` }[score] ?? '';
    const input = h('input', {
      type: 'radio',
      name: 'score',
      value: score,
      'aria-label': label + extreme,
      required: true,
    });
    scores.append(h('label', { class: 'score' }, input, h('span', {}, score.toString())));
  }
  scores.append(h('span', { 'aria-hidden': 'true' }, words.rate_good));
  const comment = h('textarea', {
    rows: 2,
    maxlength: COMMENT_MAX,
    'aria-label': words.rate_comment,
    placeholder: words.rate_comment,
  });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'primary' }, words.rate_send);
  const form = h(
    'form',
    { class: 'rating' },
    h('fieldset', {}, h('legend', {}, words.rate), scores),
    comment,
    problem,
    button,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const score = Number(new FormData(form).get('score'));
    button.disabled = true;
    void send(score, comment.value.trim()).then((sent) => {
      button.disabled = false;
      problem.textContent = sent ? '' : words.rate_failed;
    });
  });
  return form;
}
