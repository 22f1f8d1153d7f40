// The stream parser, held against itself: however a stream is cut, the same events come out.

import { describe, expect, test } from 'vitest';

import { EventParser } from './stream';

const STREAM =
  ': hello\r\n\r\nid: 7\nevent: message.created\ndata: {"text":\ndata: "héllo\\n"}\n\n' +
  'event: typing\r\ndata:{"typing":true}\r\n\r\nid: 9\rdata: {"a":1}\r\r:\n\nid: 10\n\ndata: broken\n\n';

const EVENTS = [
  { type: 'message.created', data: { text: 'héllo\n' } },
  { type: 'typing', data: { typing: true } },
  { type: 'message', data: { a: 1 } },
];

describe('EventParser', () => {
  test('every cut in two or three gives the same events', () => {
    for (let first = 0; first <= STREAM.length; first += 1) {
      for (let second = first; second <= STREAM.length; second += 7) {
        const parser = new EventParser();
        const parts = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)];
        expect(parts.flatMap((part) => parser.push(part))).toEqual(EVENTS);
        expect(parser.lastId).toBe('10');
      }
    }
  });

  test('an event that was cut off is forgotten, and its place with it', () => {
    const parser = new EventParser();
    expect(parser.push('id: 1\ndata: {"n":1}\n\nid: 2\ndata: {"n":2}\n')).toHaveLength(1);
    parser.reset();
    expect(parser.lastId).toBe('1');
    expect(parser.push('id: 2\ndata: {"n":2}\n\n')).toEqual([{ type: 'message', data: { n: 2 } }]);
  });

  test('an event without an id leaves the place where it is', () => {
    const parser = new EventParser();
    parser.push('id: 4\ndata: 1\n\n');
    parser.push('event: typing\ndata: 2\n\n');
    expect(parser.lastId).toBe('4');
  });
});
