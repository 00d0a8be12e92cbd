import { parentPort } from 'node:worker_threads';
import { createSolve } from '../../engine/solve.ts';
import type { SolveAnswer, SolveRequest } from './solver.ts';
import { warmUp } from './warmup.ts';

const solve = createSolve();
warmUp(solve);

/** Entry of the solver thread: one request, one answer. */
parentPort?.on('message', ({ problem, budget, cancelled }: SolveRequest) => {
  const clock = () => performance.now();
  let answer: SolveAnswer;
  try {
    const result = solve(problem, {
      work: budget.work,
      seed: budget.seed,
      ...(budget.explain === undefined ? {} : { explain: budget.explain }),
      deadlineMs: clock() + budget.deadlineMs,
      clock,
      cancelled: () => Atomics.load(cancelled, 0) !== 0,
    });
    answer = { result };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
});
