// A program under test: started, listened to, and ended by its own id. Knows nothing of what the program does.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The repository, seen from web/, where npm runs its scripts. */
export const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** How long a program may take to say what is waited for, and to end, in milliseconds. */
const SAYS_WITHIN = 60_000;
const ENDS_WITHIN = 12_000;

/** The path of a built program: FIRSTLINE_PROGRAMS names the folder; without it, the debug build of this repository. */
export function built(name: string): string {
  const folder =
    process.env.FIRSTLINE_PROGRAMS ?? resolve(REPOSITORY, process.env.CARGO_TARGET_DIR ?? 'target', 'debug');
  const path = resolve(folder, name);
  if (!existsSync(path)) {
    throw new Error(
      `${path} is missing: run \`cargo build --bins --example shop\`, or set FIRSTLINE_PROGRAMS`,
    );
  }
  return path;
}

export interface Surroundings {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** One running program, and all that it has said so far. */
export class Program {
  private readonly said: string[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly atExit: () => void;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    // The browser's own runner may end without a word: nothing may outlive it.
    this.atExit = () => child.kill('SIGKILL');
    process.once('exit', this.atExit);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream }).on('line', (line) => {
          this.said.push(line);
          this.wake();
        });
      }
    }
    child.once('close', () => {
      process.off('exit', this.atExit);
      this.wake();
    });
  }

  static start(name: string, given: readonly string[], around: Surroundings): Program {
    const child = spawn(built(name), given, {
      cwd: around.folder,
      env: { ...process.env, ...around.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(name, child);
  }

  /** The first line, said already or still to come, that the pattern matches. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const until = Date.now() + SAYS_WITHIN;
    for (;;) {
      for (const line of this.said) {
        const found = pattern.exec(line);
        if (found !== null) {
          return found;
        }
      }
      if (this.ended || Date.now() > until) {
        throw new Error(`${this.name} did not say ${String(pattern)}; it said:\n${this.said.join('\n')}`);
      }
      await this.next(until - Date.now());
    }
  }

  /** All that was said, for whoever has to explain a failure. */
  get output(): string {
    return this.said.join('\n');
  }

  /** SIGTERM, and SIGKILL where that does not end it in time. */
  async stop(): Promise<void> {
    if (this.ended) {
      return;
    }
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), ENDS_WITHIN);
    await closed;
    clearTimeout(patience);
  }

  private get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private next(within: number): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(patience);
        this.waiting.delete(wake);
        done();
      };
      const patience = setTimeout(wake, within);
      this.waiting.add(wake);
    });
  }

  private wake(): void {
    for (const wake of [...this.waiting]) {
      wake();
    }
  }
}
