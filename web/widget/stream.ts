// Server-Sent Events out of a stream of text. The browser's own EventSource cannot send the Authorization header, so the
// stream is read with fetch and taken apart here, by the rules of the HTML standard.

import type { StreamEvent } from './wire';

export class EventParser {
  /** Where to go on after a break; empty before the first event. */
  lastId = '';
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id: string | undefined;
  /** The last part ended in a carriage return, of which the line feed may be still to come. */
  private split = false;

  /** What is complete with this part. A broken end is kept for the next; after a new connection, call `reset`. */
  push(part: string): StreamEvent[] {
    let text = this.split && part.startsWith('\n') ? part.slice(1) : part;
    this.split = part === '' ? this.split : part.endsWith('\r');
    text = this.rest + text;
    const lines = text.split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? '';
    return lines.map((line) => this.line(line)).filter((event) => event !== undefined);
  }

  /** What was broken off in the middle comes again as a whole. */
  reset(): void {
    this.rest = '';
    this.split = false;
    this.clear();
  }

  private clear(): void {
    this.type = '';
    this.data = [];
    this.id = undefined;
  }

  private line(line: string): StreamEvent | undefined {
    if (line === '') {
      return this.dispatch();
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') {
      this.type = value;
    } else if (name === 'data') {
      this.data.push(value);
    } else if (name === 'id' && !value.includes('\0')) {
      this.id = value;
    }
    return undefined;
  }

  /** The place is moved on with the event that it belongs to, so that none is skipped when the connection breaks. */
  private dispatch(): StreamEvent | undefined {
    this.lastId = this.id ?? this.lastId;
    const [type, data] = [this.type || 'message', this.data.join('\n')];
    this.clear();
    if (data === '') {
      return undefined;
    }
    try {
      return { type, data: JSON.parse(data) as unknown };
    } catch {
      return undefined;
    }
  }
}
