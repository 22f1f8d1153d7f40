// The custom element: joins the parts to the page that it stands in, and takes them apart when it is removed.

import { newKey } from '../src/api/key';
import { Api } from './api';
import { Chat } from './chat';
import { Memory } from './memory';
import { Panel } from './panel';
import { ATTRIBUTES, settings } from './settings';
import { STYLE } from './style';

/** Where the script came from is where the server is, unless the page says otherwise. */
let scriptServer = '';

export function setScriptServer(server: string): void {
  scriptServer = server;
}

export class FirstlineChat extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES.filter((name) => !['theme', 'opened'].includes(name));
  private chat: Chat | undefined;
  private panel: Panel | undefined;
  private listening = new AbortController();

  connectedCallback(): void {
    const tree = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    // A sheet made by script, and no style attribute: the page's policy may allow no inline style.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    tree.adoptedStyleSheets = [sheet];
    this.build(tree, this.hasAttribute('opened'));
  }

  disconnectedCallback(): void {
    this.chat?.stop();
    this.listening.abort();
    this.chat = undefined;
    this.panel = undefined;
  }

  /** Other texts or another server: all is built anew, and nothing is lost, since nothing is kept here alone. */
  attributeChangedCallback(): void {
    if (this.chat && this.shadowRoot) {
      const open = this.panel?.isOpen ?? false;
      this.disconnectedCallback();
      this.build(this.shadowRoot, open);
    }
  }

  private build(tree: ShadowRoot, open: boolean): void {
    const page = document.documentElement.lang;
    const chosen = settings((name) => this.getAttribute(name) ?? '', scriptServer, page);
    const memory = new Memory(shelf(), `firstline:${chosen.server}`);
    const chat = new Chat({
      api: new Api(chosen.server, (url, init) => fetch(url, init)),
      memory,
      customer: chosen.customer,
      newKey,
      now: () => Date.now(),
      random: () => Math.random(),
      alone: (work) => alone(memory.name, work),
      changed: (state) => {
        this.panel?.render(state);
      },
    });
    const panel = new Panel(chat, chosen, (isOpen) => {
      this.toggleAttribute('opened', isOpen);
    });
    this.chat = chat;
    this.panel = panel;
    tree.replaceChildren(panel.root);
    this.listen(chat, panel, memory.name);
    chat.start();
    if (open) {
      panel.open();
    }
  }

  private listen(chat: Chat, panel: Panel, name: string): void {
    this.listening = new AbortController();
    const { signal } = this.listening;
    const wake = (): void => {
      chat.wake();
      panel.render(chat.state);
    };
    addEventListener('online', wake, { signal });
    addEventListener('offline', wake, { signal });
    document.addEventListener('visibilitychange', wake, { signal });
    addEventListener(
      'storage',
      (event) => {
        if (event.key === name || event.key === null) {
          chat.look();
        }
      },
      { signal },
    );
  }
}

/** Reading `localStorage` fails where the browser forbids it. */
function shelf(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** One tab at a time; where the browser has no locks, the keys of messages keep them single all the same. */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | undefined;
  return locks ? await locks.request(name, work) : await work();
}
