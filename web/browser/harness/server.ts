// The real server on a copy of the sample business, with a data folder and a port of its own.

import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { Api } from './api.ts';
import { type Change, copyOfBusiness, forget } from './business.ts';
import { Program, REPOSITORY } from './program.ts';

/** Where the passages' vectors wait for the next server: making them takes an unoptimised program seconds. */
const VECTORS = join(REPOSITORY, 'web/node_modules/.cache/firstline-vectors');

export interface ServerOptions {
  /** What the copy of the business differs in. */
  readonly changes?: readonly Change[];
  /** Settings and secrets, as environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class Server {
  private constructor(
    private readonly program: Program,
    private readonly folder: string,
    readonly url: string,
    /** Of the key that the server made for its administrator: integrations would use such a one. */
    readonly key: string,
  ) {}

  /** Returns when it has said where it listens. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const folder = await copyOfBusiness(options.changes);
    const data = join(folder, 'data');
    await lendVectors(join(data, 'index'));
    const environment = { ...SETTINGS, FIRSTLINE_PATHS__DATA: data, ...options.environment };
    const program = Program.start('firstline', ['serve', '--bind', '127.0.0.1:0'], { folder, environment });
    try {
      const url = (await program.line(/listens on (http:\/\/[\d.]+:\d+)/))[1] ?? '';
      await keepVectors(join(data, 'index'));
      const key = (await readFile(join(data, 'admin.key'), 'utf8')).trim();
      return new Server(program, folder, url, key);
    } catch (error) {
      await program.stop();
      await forget(folder);
      throw error;
    }
  }

  /** As an integration with every right. */
  get api(): Api {
    return new Api(this.url, { bearer: this.key });
  }

  /** Of the one-time link that makes the first administrator. */
  async setupToken(): Promise<string> {
    return (await this.program.line(/#\/setup\?token=([\w.~-]+)/))[1] ?? '';
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What it has printed and logged. */
  get output(): string {
    return this.program.output;
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await forget(this.folder);
  }
}

const SETTINGS: Readonly<Record<string, string>> = {
  FIRSTLINE_PATHS__MODEL: join(REPOSITORY, 'models/support-en'),
  // Stories come from one address and at once: what limits a crowd is not what they are about.
  FIRSTLINE_HTTP__KEY_PER_SECOND: '0',
  FIRSTLINE_HTTP__OPENS_PER_SECOND: '0',
  FIRSTLINE_HTTP__VISITOR_PER_SECOND: '0',
  FIRSTLINE_HTTP__SIGN_IN_PER_MINUTE: '0',
  // Where browsers and servers share two cores, what is slow is not broken.
  FIRSTLINE_CLASSIFIER__DEADLINE: '30s',
  FIRSTLINE_LOG__LEVEL: 'warn',
};

async function lendVectors(index: string): Promise<void> {
  for (const name of await namesIn(VECTORS)) {
    await mkdir(index, { recursive: true, mode: 0o700 });
    await copyFile(join(VECTORS, name), join(index, name));
  }
}

async function keepVectors(index: string): Promise<void> {
  const kept = await namesIn(VECTORS);
  await mkdir(VECTORS, { recursive: true });
  for (const name of await namesIn(index)) {
    if (!kept.includes(name)) {
      // Whole or not at all: another story may be reading.
      const copy = `${VECTORS}-${process.pid}-${name}`;
      await copyFile(join(index, name), copy);
      await rename(copy, join(VECTORS, name));
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
