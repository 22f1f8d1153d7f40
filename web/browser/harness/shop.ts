// The systems of the business beside the server: the sample shop, the real program, and one that answers with whatever a
// story wants it to.

import { mkdtemp } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Api } from './api.ts';
import { forget } from './business.ts';
import { Program } from './program.ts';

const TOKEN = 'token-of-a-story';

/** How the server is told where its shop is. */
export function environmentOf(shopUrl: string): Readonly<Record<string, string>> {
  return { SHOP_URL: shopUrl, SHOP_TOKEN: TOKEN };
}

interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** The sample shop with a fresh database. */
export class Shop {
  private constructor(
    private readonly program: Program,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), 'firstline-shop-'));
    const given = ['--bind', '127.0.0.1:0', '--data', join(folder, 'shop.db'), '--token', TOKEN];
    const program = Program.start('examples/shop', given, { folder });
    const url = (await program.line(/listens on (http:\/\/[\d.]+:\d+)/))[1] ?? '';
    return new Shop(program, folder, url);
  }

  /** The newest code that was mailed to this address. */
  async code(address: string): Promise<string> {
    const mails = await new Api(this.url, { bearer: TOKEN }).get<Mail[]>(`/v1/mail?to=${address}`);
    const mail = mails.find(({ subject }) => subject.includes('code'));
    const found = /\b\d{6}\b/.exec(mail?.text ?? '');
    if (found === null) {
      throw new Error(`no code was mailed to ${address}`);
    }
    return found[0];
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await forget(this.folder);
  }
}

/** What a system answers to one request. */
export type Answering = (method: string, path: string) => { status: number; body: unknown };

export interface System {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A system that answers as it is told, on a port of its own. */
export async function startSystem(answering: Answering): Promise<System> {
  const server = createServer((request: IncomingMessage, response) => {
    request.resume().on('end', () => {
      const { status, body } = answering(request.method ?? 'GET', request.url ?? '/');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
