// What a site's settings come to, its mistakes included; and which addresses in a text can be followed.

import { describe, expect, test, vi } from 'vitest';

import { parts } from './links';
import { type Attribute, citationUrl, settings } from './settings';
import { fill, pick } from './words';

function of(given: Partial<Record<Attribute, string>>, page = 'en'): ReturnType<typeof settings> {
  return settings((name) => given[name] ?? '', 'https://support.example.com', page);
}

describe('settings', () => {
  test("take the page's language, the script's server, and the site's own texts", () => {
    const plain = of({}, 'de-CH');
    expect([plain.server, plain.locale, plain.words.send]).toEqual([
      'https://support.example.com',
      'de-CH',
      'Senden',
    ]);
    const own = of({
      server: 'https://other.example.com/',
      locale: 'ar',
      heading: 'Fernhollow',
      texts: '{"send":"Off it goes","nothing":"x","close":7}',
      starters: '["a",7,"b"]',
    });
    expect([own.server, own.rightToLeft, own.starters]).toEqual([
      'https://other.example.com',
      true,
      ['a', 'b'],
    ]);
    expect([own.words.heading, own.words.send]).toEqual(['Fernhollow', 'Off it goes']);
    expect(own.words.close).toBe(pick('ar', {}).close);
    expect(of({ locale: 'xx' }).words).toEqual(pick('en', {}));
  });

  test('pass over what is no JSON, and say so', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const broken = of({ texts: '{', starters: 'Where is my order?' });
    expect([broken.words, broken.starters]).toEqual([pick('en', {}), []]);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  test('vouch for a customer with all that is given', () => {
    expect(of({}).customer).toEqual({});
    const signed = of({
      'customer-id': 'cus_0001',
      'customer-signature': 'ab',
      'customer-issued-at': '1700000000',
    });
    expect(signed.customer).toEqual({ id: 'cus_0001', signature: 'ab', issued_at: 1_700_000_000 });
    const gold = of({ 'customer-id': 'cus_0001', 'customer-tier': 'gold' });
    expect(gold.customer).toEqual({ id: 'cus_0001', tier: 'gold' });
  });

  test('lead to articles by http alone', () => {
    const citation = { article: 'a/b?c', passage: 'd e' };
    const { articleUrl } = of({ 'article-url': '/help/{article}#{passage}' });
    expect(citationUrl(articleUrl, citation)).toBe('/help/a%2Fb%3Fc#d%20e');
    for (const url of ['javascript:alert(1)//{article}', 'data:text/html,x', 'help/{article}']) {
      expect(of({ 'article-url': url }).articleUrl).toBe('');
    }
  });
});

describe('words', () => {
  test('every language has every text, with the same places to fill', () => {
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    const english = pick('en', {});
    for (const language of ['de', 'ar']) {
      for (const [name, text] of Object.entries(pick(language, {}))) {
        expect(text.trim(), `${language} ${name}`).not.toBe('');
        expect(places(text), `${language} ${name}`).toEqual(places(english[name as keyof typeof english]));
      }
    }
    expect(fill('{a} and {b}', { a: '{b}', c: 1 })).toBe('{b} and {b}');
  });
});

describe('links', () => {
  test("are found as they stand, without the sentence's end, and nothing else is", () => {
    expect(parts('See https://a.example/x?y=1. Or (http://b.example)!')).toEqual([
      { text: 'See ', url: '' },
      { text: 'https://a.example/x?y=1', url: 'https://a.example/x?y=1' },
      { text: '. Or (', url: '' },
      { text: 'http://b.example', url: 'http://b.example' },
      { text: ')!', url: '' },
    ]);
    for (const text of ['javascript:alert(1)', 'www.example.com', 'https://', '<b>x</b>', '']) {
      expect(parts(text).every(({ url }) => url === '')).toBe(true);
      expect(
        parts(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text);
    }
  });
});
