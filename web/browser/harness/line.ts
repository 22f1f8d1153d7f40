// A network between browser and server that a story can break: connections dropped and refused, or answers lost on the way
// although the server has done what was asked.

import { type AddressInfo, connect, createServer, type Socket, type Server as TcpServer } from 'node:net';

/** whole: everything passes. cut: nothing does. deaf: what the browser sends arrives, and what comes back is lost. */
export type Network = 'whole' | 'cut' | 'deaf';

export class Line {
  private network: Network = 'whole';
  private readonly open = new Set<Socket>();
  /** Connections whose next answer was lost. */
  lost = 0;

  private constructor(
    private readonly listener: TcpServer,
    private readonly target: number,
  ) {
    listener.on('connection', (browser: Socket) => this.join(browser));
  }

  static async to(target: number): Promise<Line> {
    const listener = createServer();
    const line = new Line(listener, target);
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Connections that are open go down with a network that is cut. */
  become(network: Network): void {
    this.network = network;
    if (network === 'cut') {
      this.dropAll();
    }
  }

  async stop(): Promise<void> {
    this.dropAll();
    await new Promise((closed) => this.listener.close(closed));
  }

  private dropAll(): void {
    for (const socket of this.open) {
      socket.destroy();
    }
  }

  private join(browser: Socket): void {
    if (this.network === 'cut') {
      browser.destroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [browser, server],
      [server, browser],
    ] as const) {
      this.open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.open.delete(from);
        to.destroy();
      });
    }
    browser.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => {
      if (this.network === 'deaf') {
        this.lost += 1;
        browser.destroy();
      } else {
        browser.write(chunk);
      }
    });
    browser.on('end', () => server.end());
    server.on('end', () => browser.end());
  }
}
