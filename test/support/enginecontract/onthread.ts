import { Worker } from 'node:worker_threads';
import type { Problem } from '../../../src/engine/problem.ts';

/** The result of `solve` on a thread of its own, as the bytes of its file. */
export function onThread(problem: Problem, work: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { problem, work } });
    worker.once('message', (bytes: string) => resolve(bytes));
    worker.once('error', reject);
  });
}
