// What the desk's keys do.
import { go, href } from '../../app/router';
import { may } from '../../app/session';
import { toastProblem } from '../../app/toasts';
import { act, takeNext } from './acts';
import type { Chat } from './chat';
import { actsOf } from './chat_pane';
import { chatOf, list, mine, offers, open } from './desk';
import { dialog, draftOf, focusOn, focusText, pane, setDraft, side } from './face';
import type { Command } from './keys';
import { SEARCH_ID } from './knowledge_pane';
import { accuse, showWhy } from './line';
import { listed, step } from './lists_pane';
import { take } from './side_pane';

/** Whether the command meant something here and now. */
export function run(command: Command): boolean {
  const offered = offers.value[0];
  switch (command) {
    case 'help':
      dialog.value = 'keys';
      return true;
    case 'next':
      step(1, listed(list.value));
      return true;
    case 'previous':
      step(-1, listed(list.value));
      return true;
    case 'next_chat':
      step(1, mine.value);
      return true;
    case 'previous_chat':
      step(-1, mine.value);
      return true;
    case 'list_mine':
      list.value = 'mine';
      return true;
    case 'list_waiting':
      list.value = 'waiting';
      return true;
    case 'list_others':
      if (may('supervise')) list.value = 'others';
      return may('supervise');
    case 'filter':
      focusOn('desk-filter');
      return true;
    case 'leave':
      leave();
      return true;
    case 'accept':
      if (offered) void act(offered.id, { name: 'accept' });
      return offered !== undefined || inChat(command) || takeNext();
    case 'decline':
      if (offered) void act(offered.id, { name: 'decline' });
      return offered !== undefined;
    default:
      return inChat(command);
  }
}

function inChat(command: Command): boolean {
  const id = open.value;
  const detail = id === undefined ? undefined : chatOf(id).detail.value;
  if (id === undefined || !detail) return false;
  const chat = chatOf(id);
  const can = actsOf(detail);
  switch (command) {
    case 'accept':
      if (can.has('claim')) void act(id, { name: 'claim' });
      return can.has('claim');
    case 'release':
    case 'hand_back':
    case 'take_over':
      if (can.has(command)) void act(id, { name: command });
      return can.has(command);
    case 'transfer':
    case 'snooze':
    case 'resolve':
      if (can.has(command)) dialog.value = command;
      return can.has(command);
    case 'wrong':
    case 'why':
      return ofBot(chat, command);
    default:
      return writing(chat, command, can.has('resolve'));
  }
}

function writing(chat: Chat, command: Command, canReply: boolean): boolean {
  const number = /^suggestion_(\d)$/.exec(command)?.[1];
  if (number !== undefined) {
    const reply = chat.suggestions.value?.suggested_replies[Number(number) - 1];
    if (reply && canReply) take(chat, reply);
    return reply !== undefined && canReply;
  }
  switch (command) {
    case 'reply':
    case 'note':
      pane.value = 'chat';
      setDraft(chat.id, { note: command === 'note' });
      focusText();
      return true;
    case 'canned':
      if (!canReply) return false;
      startCanned(chat);
      return true;
    case 'knowledge':
      side.value = 'knowledge';
      pane.value = 'side';
      focusOn(SEARCH_ID);
      return true;
    default:
      return false;
  }
}

/** A slash on a line of its own, as if it had been typed. */
function startCanned(chat: Chat): void {
  pane.value = 'chat';
  const { text } = draftOf(chat.id).value;
  setDraft(chat.id, { note: false, text: text === '' || text.endsWith('\n') ? text : `${text}\n` });
  focusText();
  setTimeout(() => document.execCommand('insertText', false, '/'), 10);
}

/** The bot's newest answer: what it said first after a customer's words. What it says of the line is none. */
function ofBot(chat: Chat, command: 'wrong' | 'why'): boolean {
  const messages = chat.messages.value;
  const answers = messages.filter(
    (message, at) => message.from === 'bot' && messages[at - 1]?.from === 'customer',
  );
  const about = answers.at(-1) ?? messages.at(-1);
  if (!about) return false;
  if (command === 'wrong') accuse(about.id);
  else void showWhy(chat, about.id).catch(toastProblem);
  return true;
}

/** Out of the text; once out of it, out of the conversation. */
function leave(): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused !== document.body) focused.blur();
  else go(href('desk'));
}
