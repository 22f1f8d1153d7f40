// Notices a payload that runs, or that has become anything but text: by hooks in every window, dialogs, what the browser
// refuses under the content security policy, requests that a payload asks for, and elements that one has given birth to.

import type { BrowserContext, Page } from '@playwright/test';

export interface Finding {
  /** hook, dialog, policy, request or element. */
  readonly by: string;
  readonly what: string;
}

const REPORT = 'reportCanary';

export class Detector {
  readonly findings: Finding[] = [];

  /** Before the context opens a page: the hooks are set before anything of a page runs. */
  static async in(context: BrowserContext): Promise<Detector> {
    const detector = new Detector();
    const report = (by: string, what: string): void => {
      detector.findings.push({ by, what });
    };
    await context.exposeFunction(REPORT, report);
    await context.addInitScript(hooks, REPORT);
    context.on('request', (request) => {
      if (request.url().includes('/canary/')) {
        report('request', request.url());
      }
    });
    context.on('page', (page) => {
      page.on('dialog', (dialog) => {
        report('dialog', dialog.message());
        void dialog.dismiss();
      });
    });
    return detector;
  }

  /** Looks for elements that can only have come from a payload, in the document and in every open shadow root. */
  async inspect(page: Page): Promise<void> {
    for (const what of await page.evaluate(strangers)) {
      this.findings.push({ by: 'element', what });
    }
  }

  /** The numbers of the payloads that were found, by any means. */
  get numbers(): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (const { what } of this.findings) {
      for (const found of what.matchAll(/canary[-/(](\d+)/g)) {
        numbers.add(Number(found[1]));
      }
    }
    return numbers;
  }
}

/** Runs in the page, before the page's own scripts. */
function hooks(report: string): void {
  const scope = globalThis as unknown as Record<string, (...given: unknown[]) => unknown>;
  const tell = (by: string, what: string): void => {
    scope[report]?.(by, what);
  };
  scope.canary = (number: unknown): void => tell('hook', `canary(${String(number)})`);
  for (const name of ['alert', 'confirm', 'prompt', 'print']) {
    scope[name] = (what: unknown): void => tell('dialog', `${name} ${String(what)}`);
  }
  document.addEventListener('securitypolicyviolation', (event) => {
    tell('policy', `${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
}

/** Runs in the page. */
function strangers(): string[] {
  const found: string[] = [];
  const addresses = ['href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'srcdoc'];
  const look = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll('*')) {
      const handlers = element.getAttributeNames().filter((name) => name.startsWith('on'));
      const leads = addresses.filter((name) => {
        const value = (element.getAttribute(name) ?? '').replace(/[\s\u00a0]/g, '').toLowerCase();
        return (
          /^(javascript|vbscript|view-source|data:text|data:image\/svg)/.test(value) ||
          /^\/?canary/.test(value)
        );
      });
      if (element.id.startsWith('canary-') || handlers.length > 0 || leads.length > 0) {
        found.push(element.outerHTML.slice(0, 200));
      }
      if (element.shadowRoot !== null) {
        look(element.shadowRoot);
      }
    }
  };
  look(document);
  return found;
}
