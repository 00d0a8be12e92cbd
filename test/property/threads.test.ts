import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { answersOf, differing, runtimeCases } from '../support/runtimes/cases.ts';

/** The answers of `threads` threads that run at the same time. */
async function inThreads(threads: number): Promise<Record<string, string>> {
  const parts = await Promise.all(
    Array.from({ length: threads }, async (_, first) => {
      const worker = new Worker(new URL('../support/runtimes/worker.ts', import.meta.url));
      try {
        worker.postMessage({ first, share: threads });
        const [answers] = (await once(worker, 'message')) as [Record<string, string>];
        return answers;
      } finally {
        await worker.terminate();
      }
    }),
  );
  return Object.assign({}, ...parts) as Record<string, string>;
}

describe('the engine in threads', () => {
  it('gives the same bytes in this thread, in one and in two at a time', async () => {
    const here = answersOf(runtimeCases());
    expect(Object.values(here).every((answer) => answer.length > 100)).toBe(true);
    expect(Object.keys(here).length).toBeGreaterThan(30);
    expect(differing(here, await inThreads(1))).toEqual([]);
    expect(differing(here, await inThreads(2))).toEqual([]);
  }, 120_000);
});
