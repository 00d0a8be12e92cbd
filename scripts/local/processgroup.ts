import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Order } from './keeper.ts';
import { type ProcessId, processId } from './processid.ts';

export interface ProcessSpec {
  /** For people: `edge-a/kube-apiserver`. */
  name: string;
  command: string;
  args: readonly string[];
  log: string;
  env?: Record<string, string>;
}

/** One process of the group. */
export interface GroupProcess {
  readonly name: string;
  /** Of the current run. */
  readonly pid: number;
  readonly log: string;
  /** Resolves with exit code or signal of the current run. */
  readonly exited: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in the given way if it still runs, and starts it again with the same arguments. */
  restart(signal?: NodeJS.Signals): Promise<void>;
}

interface Answer {
  id: number;
  pid?: number;
  exit?: string;
}

interface Run {
  id: number;
  pid: number;
  exited: Promise<string>;
}

/** What a person or a later process needs to know of a process of the group. */
export interface Member extends ProcessId {
  name: string;
}

/**
 * Processes that live and die together: they run under a keeper that leads their process group and ends it
 * when this process goes, SIGKILL included. Should the keeper itself be killed, this side ends the group.
 */
export class ProcessGroup {
  readonly #keeper: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #members = new Map<string, Member>();
  /** Resolves when the keeper, and with it every process of the group, is gone. */
  readonly ended: Promise<void>;
  /** Called when a process of the group starts. */
  onStart: () => void = () => {};
  #next = 1;
  #over = false;

  constructor() {
    this.#keeper = spawn(process.execPath, [new URL('./keeper.ts', import.meta.url).pathname], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#keeper.stdin.on('error', () => {});
    createInterface({ input: this.#keeper.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
    });
    this.ended = new Promise((resolve) => {
      const over = () => {
        this.#over = true;
        this.#killGroup();
        for (const [id, waiter] of this.#waiting) waiter({ id, exit: 'the process group ended' });
        resolve();
      };
      this.#keeper.once('exit', over);
      this.#keeper.once('error', over);
    });
  }

  /** Id of the process group, which is the keeper's pid. */
  get id(): number {
    return this.#keeper.pid ?? 0;
  }

  /** The keeper and the latest run of every process, ended ones included. */
  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** A folder that goes with the group should this process be killed. */
  removeAtDeath(folder: string): void {
    this.#send({ folder });
  }

  /** Resolves when the process runs; rejects when it cannot be started. */
  async start(spec: ProcessSpec): Promise<GroupProcess> {
    let run = await this.#run(spec);
    const kill = (signal: NodeJS.Signals) => this.#send({ id: run.id, signal });
    return {
      name: spec.name,
      log: spec.log,
      get pid() {
        return run.pid;
      },
      get exited() {
        return run.exited;
      },
      kill,
      restart: async (signal = 'SIGKILL') => {
        kill(signal);
        await run.exited;
        run = await this.#run(spec);
      },
    };
  }

  /** Ends every process at once and resolves when the keeper is gone. */
  async end(): Promise<void> {
    this.#killGroup();
    await this.ended;
  }

  #run(spec: ProcessSpec): Promise<Run> {
    if (this.#over) return Promise.reject(new Error(`${spec.name} not started: the process group ended`));
    const id = this.#next;
    this.#next += 1;
    const { promise: exited, resolve: exit } = Promise.withResolvers<string>();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        if (answer.pid !== undefined) {
          this.#remember('keeper', this.id);
          this.#remember(spec.name, answer.pid);
          this.onStart();
          resolve({ id, pid: answer.pid, exited });
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

  #remember(name: string, pid: number): void {
    const id = processId(pid);
    if (id) this.#members.set(name, { name, ...id });
  }

  #send(order: Order): void {
    this.#keeper.stdin.write(`${JSON.stringify(order)}\n`);
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
