import { Worker } from 'node:worker_threads';
import type { Solve, SolveOptions } from '../../engine/port.ts';
import type { Problem } from '../../engine/problem.ts';
import type { Result } from '../../engine/result.ts';

/** How much one round may cost. */
export interface Budget {
  /** Deterministic units of work. */
  work: number;
  /** Cap in ms from the start of the solve. */
  deadlineMs: number;
  seed: number;
  /** As {@link SolveOptions.explain}. */
  explain?: NonNullable<SolveOptions['explain']>;
}

/** The engine, wherever it runs. */
export interface Solver {
  /** Rejects when the engine fails or does not answer in time; never with an infeasible problem. */
  solve(problem: Problem, budget: Budget, signal?: AbortSignal): Promise<Result>;
  close(): Promise<void>;
}

/** What goes to the worker thread. The flag is shared memory: a busy thread reads no messages. */
export interface SolveRequest {
  problem: Problem;
  budget: Budget;
  cancelled: Int32Array<SharedArrayBuffer>;
}

export type SolveAnswer = { result: Result } | { error: string };

/** A worker that answers later than this after its deadline is taken for hung. */
const GRACE_MS = 20_000;

/** A worker that still works this long after it was told to stop is replaced: a new one takes longer to load. */
const STOP_MS = 1_000;

/**
 * Runs the engine in a worker thread, one problem at a time, so that a long solve delays neither a watch
 * nor a health check nor the renewal of the lease. A thread that dies or hangs is replaced; the solve
 * rejects, and the round is tried again. One that is told to stop is kept when it does.
 */
export class WorkerSolver implements Solver {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Settles when the thread has put down a problem that nobody waits for any more. */
  #stopping: Promise<void> | undefined;
  #threads = 0;

  /** The thread loads the engine meanwhile: the first app need not wait for that. */
  constructor() {
    this.#start();
  }

  /** Threads that have been started so far. */
  get threads(): number {
    return this.#threads;
  }

  solve(problem: Problem, budget: Budget, signal?: AbortSignal): Promise<Result> {
    const run = this.#last.then(() => this.#solve(problem, budget, signal));
    this.#last = run.catch(() => undefined).then(() => this.#stopping);
    return run;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #solve(problem: Problem, budget: Budget, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const worker = this.#start();
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    return new Promise<Result>((resolve, reject) => {
      const fail = (error: Error) => {
        finish();
        this.#worker = undefined;
        void worker.terminate();
        reject(error);
      };
      const onMessage = (answer: SolveAnswer) => {
        finish();
        if ('result' in answer) resolve(answer.result);
        else reject(new Error(`the engine failed: ${answer.error}`));
      };
      const onExit = (code: number) => fail(new Error(`the solver thread ended with code ${code}`));
      const onAbort = () => {
        Atomics.store(cancelled, 0, 1);
        finish();
        this.#stopping = this.#stopped(worker);
        reject(signal?.reason ?? new Error('cancelled'));
      };
      const timer = setTimeout(
        () => fail(new Error(`the solver did not answer within ${budget.deadlineMs + GRACE_MS} ms`)),
        budget.deadlineMs + GRACE_MS,
      );
      const finish = () => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', fail).off('exit', onExit);
        signal?.removeEventListener('abort', onAbort);
      };
      worker.on('message', onMessage).on('error', fail).on('exit', onExit);
      signal?.addEventListener('abort', onAbort, { once: true });
      worker.postMessage({ problem, budget, cancelled } satisfies SolveRequest);
    });
  }

  /** Waits for the answer that nobody wants, so that it is not taken for that of the next problem. */
  async #stopped(worker: Worker): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const answered = () => resolve(true);
    const gone = () => resolve(false);
    const timer = setTimeout(gone, STOP_MS);
    worker.once('message', answered).once('error', gone).once('exit', gone);
    const kept = await promise;
    clearTimeout(timer);
    worker.off('message', answered).off('error', gone).off('exit', gone);
    this.#stopping = undefined;
    if (kept) return;
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    // Beside this file: the source when run from the tree, a second entry point when bundled.
    const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./solverworker.${suffix}`, import.meta.url), { name: 'solver' });
    this.#threads += 1;
    worker.unref();
    // Also between two solves a thread can die; without a listener that would end the process.
    const forget = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('error', forget).on('exit', forget);
    this.#worker = worker;
    return worker;
  }
}

/** The engine in this thread: for tests, and for a command that does nothing else meanwhile. */
export function inThread(engine: Solve, monotonic: () => number): Solver {
  return {
    solve: async (problem, { deadlineMs, ...budget }, signal) =>
      engine(problem, {
        ...budget,
        deadlineMs: monotonic() + deadlineMs,
        clock: monotonic,
        cancelled: () => signal?.aborted ?? false,
      }),
    close: async () => undefined,
  };
}
