import { afterEach, describe, expect, it } from 'vitest';
import { aModel } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aSnapshot } from '../../../test/support/federation.ts';
import type { Problem } from '../../engine/problem.ts';
import { solve } from '../../engine/solve.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import { inThread, WorkerSolver } from './solver.ts';

const BUDGET = { work: 200_000_000, deadlineMs: 10_000, seed: 1 };

function aProblem(size = 1): Problem {
  const apps = Array.from({ length: size }, (_, index) => anApp(`web-${index}`, aModel()));
  const snapshot = aSnapshot({ clusters: [aCluster('a'), aCluster('b')], apps });
  const states = appStates(snapshot);
  return buildProblem(snapshot, states, new Set(states.keys())).problem!;
}

let solver = new WorkerSolver();
afterEach(async () => {
  await solver.close();
  solver = new WorkerSolver();
});

describe('the solver thread', () => {
  it('gives the same answer as the engine in this thread', async () => {
    const here = await inThread(solve, () => performance.now()).solve(aProblem(), BUDGET);
    expect(await solver.solve(aProblem(), BUDGET)).toEqual({ ...here, elapsedMs: expect.any(Number) });
  });

  it('answers several problems in the order in which they came', async () => {
    const answers = await Promise.all([1, 2, 3].map((seed) => solver.solve(aProblem(), { ...BUDGET, seed })));
    expect(answers.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  it('rejects a problem that the engine cannot read, and solves the next one', async () => {
    const unreadable = { ...aProblem(), locations: undefined } as unknown as Problem;
    await expect(solver.solve(unreadable, BUDGET)).rejects.toThrow('the engine failed');
    expect((await solver.solve(aProblem(), BUDGET)).applications).toHaveLength(1);
  });

  it('rejects at once when the round is given up, and solves the next one', async () => {
    const stop = new AbortController();
    const given = solver.solve(aProblem(), BUDGET, stop.signal);
    stop.abort(new Error('the lease is lost'));
    await expect(given).rejects.toThrow('the lease is lost');
    expect((await solver.solve(aProblem(), BUDGET)).applications).toHaveLength(1);
  });

  it('is kept when it puts down a problem that nobody waits for: the next one does not wait for a new one', async () => {
    await solver.solve(aProblem(), BUDGET);
    const stop = new AbortController();
    const given = solver.solve(aProblem(60), { ...BUDGET, work: 60 * BUDGET.work }, stop.signal);
    setImmediate(() => stop.abort(new Error('an app may wait')));
    await expect(given).rejects.toThrow('an app may wait');
    const { applications } = await solver.solve(aProblem(), BUDGET);
    expect(applications.map(({ application }) => application)).toEqual(['shop/web-0']);
    expect(solver.threads).toBe(1);
  });
});
