// Who it is stands above the case, with what they are worth to the company where that was said.
import { render } from 'preact';
import { expect, it } from 'vitest';
import type { CustomerView } from '../../api/types';
import { CaseHead } from './case_card';

const AT = '2026-11-29T10:00:00Z';

function shown(customer: CustomerView): string[] {
  const root = document.createElement('div');
  const detail = {
    id: 'c1',
    version: 1,
    epoch: 0,
    status: 'open',
    owner: 'bot',
    customer,
    created_at: AT,
    updated_at: AT,
    last_seq: 0,
  };
  render(<CaseHead detail={detail} />, root);
  const signs = root.querySelectorAll('.case-customer > *');
  return [...signs].map((sign) => sign.textContent ?? '');
}

it('shows the tier beside who it is', () => {
  const priya = { id: 'cus_0001', name: 'Priya', verified: true };
  expect(shown({ ...priya, tier: 'gold' })).toEqual(['cus_0001', 'gold', 'Identity proven']);
  expect(shown(priya)).toEqual(['cus_0001', 'Identity proven']);
});
