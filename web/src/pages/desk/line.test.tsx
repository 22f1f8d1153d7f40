// What customers write is text, whatever it looks like.
import { render } from 'preact';
import { expect, it } from 'vitest';
import { Chat } from './chat';
import { ItemRow } from './item_row';
import { Line } from './line';

const EVIL = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';
const AT = '2026-11-29T10:00:00Z';

it('draws markup as the characters it is made of', () => {
  const root = document.createElement('div');
  const message = { id: 'm1', seq: 1, from: 'customer', text: EVIL, at: AT, buttons: [EVIL] };
  const customer = { id: EVIL, name: EVIL, verified: false };
  render(
    <>
      <Line
        entry={{ kind: 'message', key: 'm1', at: AT, message }}
        chat={new Chat('c')}
        customer={EVIL}
        read={false}
      />
      <ItemRow
        item={{
          id: 'c',
          status: 'open',
          owner: 'queue',
          queue: EVIL,
          reason: EVIL,
          customer,
          created_at: AT,
          updated_at: AT,
          last_seq: 1,
          last_message: { from: 'customer', text: EVIL, at: AT },
          clocks: [],
        }}
      />
    </>,
    root,
  );
  expect(root.querySelectorAll('img, script')).toHaveLength(0);
  expect(root.textContent?.split(EVIL).length).toBeGreaterThan(4);
  expect(globalThis).not.toHaveProperty('hit');
});
