// From the form to the request.

import { describe, expect, it } from 'vitest';
import { selection } from './replay';

describe('which deliveries are sent again', () => {
  it('has to be said', () => {
    expect(selection({ failedOnly: false, from: '', to: '' })).toHaveProperty('problem');
  });

  it('is failed ones, a time, or both', () => {
    expect(selection({ failedOnly: true, from: '', to: '' })).toEqual({ body: { state: 'exhausted' } });
    const from = new Date(2026, 10, 29, 10, 0).toISOString();
    expect(selection({ failedOnly: false, from: '2026-11-29T10:00', to: '' })).toEqual({ body: { from } });
    const both = selection({ failedOnly: true, from: '2026-11-29T10:00', to: '2026-11-29T11:00' });
    expect(both).toMatchObject({ body: { state: 'exhausted', from } });
  });

  it('is no time that ends before it begins', () => {
    const turned = selection({ failedOnly: true, from: '2026-11-29T11:00', to: '2026-11-29T10:00' });
    expect(turned).toHaveProperty('problem');
  });
});
