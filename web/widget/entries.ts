// The list of messages on the screen. What is there stays in place, so that a screen reader hears only what is new.

import { h, write } from './dom';
import { parts } from './links';
import type { Pending } from './memory';
import { TOO_OLD } from './outbox';
import { citationUrl, type Settings } from './settings';
import type { Shown, State } from './state';
import { fill } from './words';

/** What a customer can do with a message that was refused. */
export interface EntryActions {
  again(key: string): void;
  discard(key: string): void;
}

interface Entry {
  readonly root: HTMLElement;
  readonly note: HTMLElement;
  readonly actions: HTMLElement;
}

export class Entries {
  private readonly known = new Map<string, Entry>();

  constructor(
    private readonly list: HTMLElement,
    private readonly settings: Settings,
    private readonly actions: EntryActions,
  ) {}

  /** True when something was added. */
  render(state: State, online: boolean): boolean {
    const before = this.list.childElementCount;
    const wanted = new Set<string>();
    const place = (name: string, make: () => Entry): Entry => {
      wanted.add(name);
      const entry = this.known.get(name) ?? make();
      this.known.set(name, entry);
      const at = this.list.children[wanted.size - 1];
      if (at !== entry.root) {
        this.list.insertBefore(entry.root, at ?? null);
      }
      return entry;
    };
    const lastOwn = state.messages.findLast((message) => message.from === 'customer');
    for (const message of state.messages) {
      const entry = place(message.key || message.id, () => this.message(message));
      const seen = message === lastOwn && state.seen >= message.seq;
      this.note(entry, seen ? this.settings.words.seen : '', '');
    }
    for (const item of state.pending) {
      const entry = place(item.key, () => this.pending(item));
      this.note(entry, this.pendingNote(item, state, online), item.problem && item.key);
    }
    for (const [name, entry] of this.known) {
      if (!wanted.has(name)) {
        entry.root.remove();
        this.known.delete(name);
      }
    }
    return this.list.childElementCount > before;
  }

  private message(message: Shown): Entry {
    const { words } = this.settings;
    const said = {
      customer: words.you,
      bot: words.bot,
      agent: message.author || words.agent,
      system: words.system,
    };
    const entry = this.entry(message.from, said[message.from], message.text);
    if (message.citation) {
      entry.root.insertBefore(this.citation(message.citation), entry.note);
    }
    return entry;
  }

  private pending(item: Pending): Entry {
    return this.entry('customer', this.settings.words.you, item.text);
  }

  private entry(from: string, author: string, text: string): Entry {
    const showsAuthor = from === 'agent' || from === 'bot';
    const name = h('p', { class: showsAuthor ? 'author' : 'sr' }, author);
    const bubble = h('p', { class: 'bubble', dir: 'auto' });
    for (const part of from === 'customer' ? [{ text, url: '' }] : parts(text)) {
      bubble.append(part.url ? link(part.url, part.text) : part.text);
    }
    const note = h('p', { class: 'note' });
    const actions = h('div', { class: 'row' });
    const root = h('li', { class: `entry ${from}` }, name, bubble, note, actions);
    return { root, note, actions };
  }

  private citation(citation: { article: string; passage: string }): HTMLElement {
    const title = citation.article.replaceAll('-', ' ');
    const words = fill(this.settings.words.source, {
      title: title.charAt(0).toUpperCase() + title.slice(1),
    });
    const url = citationUrl(this.settings.articleUrl, citation);
    return h('p', { class: 'source' }, url ? link(url, words) : words);
  }

  private pendingNote(item: Pending, state: State, online: boolean): string {
    const { words } = this.settings;
    if (item.problem === TOO_OLD) {
      return words.not_sent_old;
    }
    if (item.problem) {
      return fill(words.not_sent, { detail: item.problem });
    }
    return online && state.link !== 'lost' ? words.sending : words.waiting;
  }

  private note(entry: Entry, text: string, failedKey: string): void {
    write(entry.note, text);
    entry.note.hidden = !text;
    if (!failedKey) {
      entry.actions.replaceChildren();
    } else if (entry.actions.childElementCount === 0) {
      const { words } = this.settings;
      const again = h('button', { type: 'button', class: 'small' }, words.retry);
      again.addEventListener('click', () => {
        this.actions.again(failedKey);
      });
      const discard = h('button', { type: 'button', class: 'small' }, words.discard);
      discard.addEventListener('click', () => {
        this.actions.discard(failedKey);
      });
      entry.actions.append(again, discard);
    }
  }
}

function link(url: string, text: string): HTMLElement {
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, text);
}
