import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BatchSpec } from '../generator/batch.ts';
import type { InstanceSpec } from '../generator/instance.ts';
import type { Bench } from '../measure.ts';

/** What a process of its own is asked to solve once; with `known`, by an engine that has seen the federation. */
export type Alone = { deadline: number; known?: boolean } & (
  | ({ kind: 'batch' } & BatchSpec)
  | ({ kind: 'instance' } & InstanceSpec)
);

/** Figures of that one call; NaN where the process did not end well. */
export interface AloneAnswer {
  readonly wall: number;
  readonly cpu: number;
  readonly first: number;
  readonly sound: number;
  readonly broken: number;
  readonly certificate: number;
  /** Most resident memory of the process, before anything was judged. */
  readonly maxMegabytes: number;
  /** Resident before that call: the problem, and what an engine that knows the federation keeps of it. */
  readonly heldMegabytes: number;
  /** Why there are no figures. */
  readonly failure?: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Solves in a fresh process: what a first call costs, how much memory it takes, and a hard limit in time. */
export function runAlone(
  { seed, data, report }: Bench,
  what: Alone,
  limitSeconds: number,
): Promise<AloneAnswer> {
  const args = [MAIN, JSON.stringify({ what, seed, data })];
  const started = performance.now();
  const telling = setInterval(
    () =>
      report.progress(
        `${what.kind} in its own process, ${Math.round((performance.now() - started) / 1000)} s`,
      ),
    2000,
  );
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { timeout: limitSeconds * 1000, killSignal: 'SIGKILL' },
      (error, stdout) => {
        clearInterval(telling);
        resolve(
          error ? nothing(error.killed ? `no answer in ${limitSeconds} s` : 'failed') : JSON.parse(stdout),
        );
      },
    );
  });
}

function nothing(failure: string): AloneAnswer {
  const none = Number.NaN;
  return {
    wall: none,
    cpu: none,
    first: none,
    sound: 0,
    broken: 0,
    certificate: none,
    maxMegabytes: none,
    heldMegabytes: none,
    failure,
  };
}
