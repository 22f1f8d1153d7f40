// Customers as the API knows them, for stories whose customer needs no browser.

import { Api } from './api.ts';
import type { Server } from './server.ts';

export interface Said {
  readonly id: string;
  readonly seq: number;
  readonly from: string;
  readonly text: string;
}

export interface Turn {
  readonly conversation_id: string;
  readonly action: string;
  readonly replies: readonly Said[];
}

interface Opened extends Turn {
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
    readonly conversation: string,
    readonly token: string,
    /** What the first message brought. */
    readonly first: Turn,
  ) {}

  static async open(server: Server, text: string, who: Who = {}): Promise<Customer> {
    const opened = await server.api.post<Opened>('/v1/conversations', { customer: who, message: { text } });
    const api = new Api(server.url, { bearer: opened.token });
    return new Customer(api, opened.id, opened.token, opened);
  }

  async say(text: string): Promise<Turn> {
    return this.api.post<Turn>(`/v1/conversations/${this.conversation}/messages`, { text });
  }

  async rate(score: number): Promise<void> {
    await this.api.post(`/v1/conversations/${this.conversation}/csat`, { score });
  }

  async messages(): Promise<readonly Said[]> {
    const path = `/v1/conversations/${this.conversation}/messages`;
    return (await this.api.get<{ data: readonly Said[] }>(path)).data;
  }
}
