import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface ProcessSpec {
  /** For people and log file names: `edge-a/kube-apiserver`. */
  name: string;
  command: string;
  args: readonly string[];
  log: string;
  env?: Record<string, string>;
}

/** One process of the group. */
export interface GroupProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Resolves with exit code or signal. */
  readonly exited: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

interface Answer {
  id: number;
  pid?: number;
  exit?: string;
}

/**
 * Processes that live and die together: they run under a keeper that leads their process group and ends it
 * when this process goes, SIGKILL included. Should the keeper itself be killed, this side ends the group.
 */
export class ProcessGroup {
  readonly #keeper: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #ended: Promise<void>;
  #next = 1;

  constructor() {
    this.#keeper = spawn(process.execPath, [new URL('./keeper.mjs', import.meta.url).pathname], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#keeper.stdin.on('error', () => {});
    createInterface({ input: this.#keeper.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
    });
    this.#ended = new Promise((resolve) => {
      this.#keeper.once('exit', () => {
        this.#killGroup();
        resolve();
      });
    });
  }

  /** Id of the process group, which is the keeper's pid. */
  get id(): number {
    return this.#keeper.pid ?? 0;
  }

  /** Resolves when the process runs; rejects when it cannot be started. */
  start(spec: ProcessSpec): Promise<GroupProcess> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      let exit: (how: string) => void = () => {};
      const exited = new Promise<string>((done) => {
        exit = done;
      });
      this.#waiting.set(id, (answer) => {
        if (answer.pid !== undefined) {
          const kill = (signal: NodeJS.Signals) => this.#send({ id, signal });
          resolve({ name: spec.name, pid: answer.pid, log: spec.log, exited, kill });
        }
        if (answer.exit !== undefined) {
          this.#waiting.delete(id);
          exit(answer.exit);
          reject(new Error(`${spec.name} could not be started: ${answer.exit}`));
        }
      });
      this.#send({ id, command: spec.command, args: spec.args, log: spec.log, env: spec.env ?? {} });
    });
  }

  /** Ends every process at once and resolves when the keeper is gone. */
  async end(): Promise<void> {
    this.#killGroup();
    await this.#ended;
  }

  #send(message: object): void {
    this.#keeper.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #killGroup(): void {
    if (this.id === 0) return;
    try {
      process.kill(-this.id, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  }
}
