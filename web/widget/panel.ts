// What stands on the screen: the launcher and the panel with its parts, drawn from the state each time it changes.

import type { Chat } from './chat';
import { h, icon, write } from './dom';
import { Entries } from './entries';
import { ratingForm } from './rating';
import type { Settings } from './settings';
import { quickReplies, type State, unread } from './state';
import { fill } from './words';

const BUBBLE = 'M4 5h16v11H9l-5 4z';
const CROSS = 'M6 6l12 12M18 6L6 18';
const ARROW = 'M4 12h15M13 6l6 6-6 6';

/** What the server takes, in bytes of UTF-8. */
const TEXT_BYTES_MAX = 16 * 1024;
/** Where the panel covers the page, as in the style sheet. */
const COVERING = '(max-width: 480px), (max-height: 480px)';
/** As near to the end as this, one reads along. */
const NEAR_PX = 80;

export class Panel {
  readonly root: HTMLElement;
  private readonly launcher: HTMLButtonElement;
  private readonly badge: HTMLElement;
  private readonly dialog: HTMLElement;
  private readonly who: HTMLElement;
  private readonly human: HTMLButtonElement;
  private readonly log: HTMLElement;
  private readonly entries: Entries;
  private readonly dots: HTMLElement;
  private readonly status: HTMLElement;
  private readonly replies: HTMLElement;
  private readonly end: HTMLElement;
  private readonly rating: HTMLFormElement;
  private readonly input: HTMLTextAreaElement;
  private readonly problem: HTMLElement;
  private shownReplies = '';

  constructor(
    private readonly chat: Chat,
    private readonly settings: Settings,
    /** Called when the panel is opened or closed. */
    private readonly toggled: (open: boolean) => void,
  ) {
    const { words } = settings;
    this.badge = h('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    this.launcher = h(
      'button',
      { type: 'button', class: 'launcher', 'aria-haspopup': 'dialog', 'aria-controls': 'panel' },
      icon(BUBBLE),
      this.badge,
    );
    this.who = h('p', { class: 'who', id: 'who' });
    this.human = h('button', { type: 'button', class: 'human' }, words.human);
    const list = h('ol', {});
    this.entries = new Entries(list, settings, chat);
    this.dots = h('p', { class: 'dots', 'aria-hidden': 'true', hidden: true }, '•••');
    this.log = h(
      'div',
      { class: 'log', role: 'log', 'aria-label': words.log, tabindex: 0 },
      h('p', { class: 'notice' }, words.notice),
      list,
      this.dots,
    );
    this.status = h('p', { class: 'status', role: 'status' });
    this.replies = h('div', { class: 'replies', role: 'group', 'aria-label': words.replies });
    this.rating = ratingForm(words, (score, comment) => this.rate(score, comment));
    const anew = h('button', { type: 'button', class: 'small' }, words.anew);
    this.end = h('div', { class: 'end', hidden: true }, h('p', {}, words.resolved), anew);
    this.input = h('textarea', {
      rows: 1,
      'aria-label': words.write,
      placeholder: words.write,
      'aria-describedby': 'problem',
      dir: 'auto',
    });
    this.problem = h('p', { class: 'problem', id: 'problem', role: 'alert' });
    const composer = this.composer();
    this.dialog = this.build(composer);
    this.root = h(
      'div',
      { class: 'root', dir: settings.rightToLeft ? 'rtl' : 'ltr', lang: settings.locale },
      this.launcher,
      this.dialog,
    );
    this.listen(anew);
    this.toggle(false);
  }

  get isOpen(): boolean {
    return !this.dialog.hidden;
  }

  open(): void {
    this.toggle(true);
    this.log.scrollTop = this.log.scrollHeight;
    // On a touch screen the keyboard would cover what is to be read first.
    (matchMedia('(pointer: coarse)').matches ? this.dialog : this.input).focus();
  }

  close(): void {
    this.toggle(false);
    this.launcher.focus();
  }

  render(state: State): void {
    const { words } = this.settings;
    const count = unread(state);
    write(this.badge, count.toString());
    this.badge.hidden = count === 0;
    this.launcher.setAttribute('aria-label', count ? fill(words.launcher_unread, { count }) : words.launcher);
    const who = {
      bot: words.automated,
      queue: words.in_queue,
      agent: fill(words.with_agent, { name: state.agent || words.agent }),
    };
    write(this.who, who[state.owner]);
    const asked = { bot: words.human, queue: words.human_asked, agent: words.human_there };
    write(this.human, asked[state.owner]);
    // Stays where it is and can be reached, so that it is always known what became of it.
    this.human.setAttribute('aria-disabled', String(state.owner !== 'bot'));
    const { log } = this;
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    this.dots.hidden = !state.thinking && !state.typing;
    const added = this.entries.render(state, navigator.onLine);
    write(this.status, this.statusOf(state));
    this.renderReplies(state);
    this.end.hidden = !state.resolved;
    this.rating.hidden = !state.resolved || state.rated;
    // Last, since what stands below the log takes room from it.
    if (near || (added && state.pending.length > 0)) {
      log.scrollTop = log.scrollHeight;
    }
    if (this.isOpen && document.visibilityState === 'visible' && unread(state) > 0) {
      this.chat.seen();
    }
  }

  /** One line, the most pressing first. */
  private statusOf(state: State): string {
    const { words } = this.settings;
    if (!navigator.onLine) {
      return words.offline;
    }
    if (state.link === 'lost') {
      return words.reconnecting;
    }
    if (state.typing) {
      return fill(words.typing, { name: state.typing });
    }
    if (state.thinking) {
      return words.thinking;
    }
    if (state.resolved && state.rated) {
      return words.rated;
    }
    return state.owner === 'queue' ? words.queue_notice : '';
  }

  private renderReplies(state: State): void {
    const untouched = state.messages.length + state.pending.length === 0;
    const replies = untouched ? this.settings.starters : quickReplies(state);
    const shown = JSON.stringify(replies);
    if (shown === this.shownReplies) {
      return;
    }
    this.shownReplies = shown;
    // What had the focus is about to go.
    const hadFocus = this.replies.matches(':focus-within');
    const buttons = replies.map((reply) => {
      const button = h('button', { type: 'button', class: 'reply', dir: 'auto' }, reply);
      button.addEventListener('click', () => {
        this.chat.send(reply);
      });
      return button;
    });
    this.replies.replaceChildren(...buttons);
    this.replies.hidden = buttons.length === 0;
    if (hadFocus) {
      this.input.focus();
    }
  }

  private build(composer: HTMLElement): HTMLElement {
    const { words } = this.settings;
    const close = h('button', { type: 'button', class: 'close', 'aria-label': words.close }, icon(CROSS));
    close.addEventListener('click', () => {
      this.close();
    });
    return h(
      'section',
      {
        class: 'panel',
        id: 'panel',
        role: 'dialog',
        'aria-labelledby': 'heading',
        'aria-describedby': 'who',
        tabindex: -1,
      },
      h(
        'header',
        {},
        h('div', { class: 'title' }, h('h2', { id: 'heading' }, words.heading), this.who),
        close,
        this.human,
      ),
      this.log,
      this.status,
      this.replies,
      this.end,
      this.rating,
      composer,
    );
  }

  private composer(): HTMLElement {
    const send = h(
      'button',
      { type: 'submit', class: 'send', 'aria-label': this.settings.words.send },
      icon(ARROW),
    );
    const form = h('form', { class: 'composer' }, this.input, send, this.problem);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener('keydown', (event) => {
      // While a word is being put together (Japanese, Chinese), Enter is a part of it.
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.input.addEventListener('input', () => {
      write(this.problem, '');
      this.chat.typing(this.input.value !== '');
    });
    return form;
  }

  private submit(): void {
    const text = this.input.value;
    if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
      write(this.problem, this.settings.words.too_long);
      return;
    }
    this.input.value = '';
    this.chat.send(text);
  }

  /** The form goes with the rating, and what had the focus with it. */
  private async rate(score: number, comment: string): Promise<boolean> {
    const sent = await this.chat.rate(score, comment);
    if (sent) {
      this.input.focus();
    }
    return sent;
  }

  private listen(anew: HTMLElement): void {
    const { words } = this.settings;
    this.launcher.addEventListener('click', () => {
      this.open();
    });
    this.human.addEventListener('click', () => {
      const { owner, pending } = this.chat.state;
      if (owner === 'bot' && !pending.some(({ text }) => text === words.human_message)) {
        this.chat.send(words.human_message);
      }
    });
    anew.addEventListener('click', () => {
      this.chat.anew();
      this.input.focus();
    });
    this.dialog.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.close();
      } else if (event.key === 'Tab' && matchMedia(COVERING).matches) {
        this.keepFocus(event);
      }
    });
  }

  /** Where the panel covers the page, Tab goes round in it. */
  private keepFocus(event: KeyboardEvent): void {
    const reachable = [
      ...this.dialog.querySelectorAll<HTMLElement>("button, textarea, input, a, [tabindex='0']"),
    ].filter((element) => element.checkVisibility());
    const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
    const other = event.shiftKey ? reachable.at(-1) : reachable[0];
    const tree = this.root.getRootNode() as ShadowRoot;
    if (tree.activeElement === edge || tree.activeElement === this.dialog) {
      event.preventDefault();
      other?.focus();
    }
  }

  private toggle(open: boolean): void {
    this.dialog.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute('aria-expanded', String(open));
    this.dialog.setAttribute('aria-modal', String(open && matchMedia(COVERING).matches));
    this.render(this.chat.state);
    this.toggled(open);
  }
}
