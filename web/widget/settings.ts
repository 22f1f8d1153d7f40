// How a site sets the widget up: the `data-` attributes of the script tag, or the attributes of the element itself.

import type { Customer } from './chat';
import { field, text } from './wire';
import { pick, type Words } from './words';

export interface Settings {
  /** Where the server is, without a slash at the end. */
  readonly server: string;
  readonly locale: string;
  /** True where the locale is written from right to left. */
  readonly rightToLeft: boolean;
  readonly words: Words;
  /** What a customer may want to ask, to be tapped at the start. */
  readonly starters: readonly string[];
  /** Where articles can be read: `{article}` and `{passage}` stand for what is cited. Empty: they are named only. */
  readonly articleUrl: string;
  readonly customer: Customer;
}

/** Attributes that the element takes; with `data-` before them, the script tag. */
export const ATTRIBUTES = [
  'server',
  'locale',
  'texts',
  'heading',
  'starters',
  'article-url',
  'theme',
  'opened',
  'customer-id',
  'customer-name',
  'customer-tier',
  'customer-signature',
  'customer-issued-at',
] as const;

export type Attribute = (typeof ATTRIBUTES)[number];

const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ps', 'ur', 'yi'];

/** `read` gives an attribute's value, `page` the page's own language. */
export function settings(read: (name: Attribute) => string, scriptServer: string, page: string): Settings {
  const locale = read('locale') || page || 'en';
  const language = locale.toLowerCase().split('-')[0] ?? 'en';
  const heading = read('heading');
  const texts = json(read('texts'));
  const words = pick(language, {
    ...(heading ? { heading } : {}),
    ...(typeof texts === 'object' ? texts : {}),
  });
  const starters = json(read('starters'));
  return {
    server: (read('server') || scriptServer).replace(/\/+$/, ''),
    locale,
    rightToLeft: RIGHT_TO_LEFT.includes(language),
    words,
    starters: Array.isArray(starters) ? starters.filter((item) => typeof item === 'string') : [],
    articleUrl: safeUrl(read('article-url')),
    customer: customer(read),
  };
}

function json(written: string): unknown {
  if (!written) {
    return undefined;
  }
  try {
    return JSON.parse(written) as unknown;
  } catch {
    // biome-ignore lint/suspicious/noConsole: whoever sets the widget up looks for their mistakes there
    console.warn('firstline: this attribute is not JSON and is passed over:', written);
    return undefined;
  }
}

/** Nothing that runs when it is clicked. */
function safeUrl(url: string): string {
  return /^(https?:\/\/|\/)/i.test(url) ? url : '';
}

function customer(read: (name: Attribute) => string): Customer {
  const issued = Number(read('customer-issued-at'));
  const entries = Object.entries({
    id: read('customer-id'),
    name: read('customer-name'),
    tier: read('customer-tier'),
    signature: read('customer-signature'),
    issued_at: issued,
  });
  return Object.fromEntries(entries.filter(([, value]) => value));
}

/** Where to read what is cited; empty where the site has not said. */
export function citationUrl(pattern: string, citation: unknown): string {
  const fill = (name: 'article' | 'passage'): string =>
    field(citation, name) === undefined ? '' : encodeURIComponent(text(citation, name));
  return pattern.replaceAll('{article}', fill('article')).replaceAll('{passage}', fill('passage'));
}
