// Customers as the API knows them, for stories whose customer needs no browser.

import { Api } from './api.ts';
import type { Person } from './people.ts';
import type { Server } from './server.ts';

/** The most messages that are given at once. */
const PAGE = 200;

export interface Said {
  readonly id: string;
  readonly seq: number;
  readonly from: string;
  readonly text: string;
}

export interface Turn {
  readonly action: string;
  readonly replies: readonly Said[];
}

/** A conversation, and what lets its customer go on with it. */
export interface Opened {
  readonly id: string;
  readonly token: string;
}

/** Who writes, and what the business's own systems know of them. */
export interface Who {
  readonly name?: string;
  readonly id?: string;
  /** Known to be this customer, so that no code is asked for. */
  readonly verified?: boolean;
}

export class Customer {
  private constructor(
    private readonly api: Api,
    readonly opened: Opened,
  ) {}

  static async open(server: Server, text: string, who: Who = {}): Promise<Customer> {
    const opened = await server.api.post<Opened>('/v1/conversations', { customer: who, message: { text } });
    return Customer.known(server.url, opened);
  }

  /** Who has opened a conversation already, such as in the widget. */
  static known(url: string, { id, token }: Opened): Customer {
    return new Customer(new Api(url, { bearer: token }), { id, token });
  }

  get conversation(): string {
    return this.opened.id;
  }

  async say(text: string): Promise<Turn> {
    return this.api.post<Turn>(`/v1/conversations/${this.conversation}/messages`, { text });
  }

  async claimedBy({ api }: Person): Promise<void> {
    await api.post(`/v1/conversations/${this.conversation}/claim`);
  }

  async answeredBy({ api }: Person, text: string): Promise<void> {
    await api.post(`/v1/conversations/${this.conversation}/messages`, { from: 'agent', text });
  }

  async resolvedBy({ api }: Person): Promise<void> {
    await api.post(`/v1/conversations/${this.conversation}/resolve`, { reason: 'solved' });
  }

  async rate(score: number): Promise<void> {
    await this.api.post(`/v1/conversations/${this.conversation}/csat`, { score });
  }

  /** All of them, in order. */
  async messages(): Promise<readonly Said[]> {
    const all: Said[] = [];
    for (;;) {
      const path = `/v1/conversations/${this.conversation}/messages?limit=${PAGE}&after=${all.at(-1)?.seq ?? 0}`;
      const { data } = await this.api.get<{ data: readonly Said[] }>(path);
      all.push(...data);
      if (data.length < PAGE) {
        return all;
      }
    }
  }
}
