import { bestOf } from '../../../support/exhaustive.ts';
import { randomProblem } from '../../../support/randomproblem.ts';
import type { Bench } from '../measure.ts';
import { run } from '../measure.ts';

/** Trying every placement takes the time; what was not reached is not claimed. */
const LIMIT_MS = { quick: 15_000, full: 1_200_000 };

/** Tiny problems with every feature against all their placements; and the same bytes from two runs. */
export function exhaustive(bench: Bench): void {
  const { quick, report, solve, seed } = bench;
  const wanted = quick ? 200 : 10_000;
  const started = performance.now();
  let count = 0;
  const found = { feasible: 0, above: 0, wrong: 0, broken: 0, differing: 0 };
  for (let at = 0; at < wanted && performance.now() - started < LIMIT_MS[quick ? 'quick' : 'full']; at += 1) {
    report.progress(`exhaustive ${at + 1}/${wanted}`);
    count += 1;
    const problem = randomProblem(seed * 1_000_000 + at);
    const best = bestOf(problem);
    const answer = run(bench, problem, {});
    const [said] = answer.result.applications;
    found.broken += answer.broken;
    if (Number.isFinite(best)) found.feasible += 1;
    if (said!.lowerBound !== undefined && said!.lowerBound > best * (1 + 1e-9) + 1e-9) found.above += 1;
    const infeasible = said!.verdict === 'Infeasible';
    const optimal = said!.verdict === 'Optimal';
    if ((infeasible && Number.isFinite(best)) || (optimal && said!.objective! > best * (1 + 1e-9) + 1e-9))
      found.wrong += 1;
    if (at % 10 !== 0) continue;
    const options = { work: 5_000_000, seed, clock: () => 0, cancelled: () => false };
    const bytes = [0, 1].map(() => JSON.stringify(solve(problem, options)));
    if (bytes[0] !== bytes[1]) found.differing += 1;
  }
  report.table(
    `Tiny problems with every feature against all their placements: ${count}`,
    [
      'feasible',
      'bound above the optimum',
      'wrong optimum or verdict',
      'broken rules',
      'two runs that differ',
    ],
    [[`${found.feasible}`, `${found.above}`, `${found.wrong}`, `${found.broken}`, `${found.differing}`]],
  );
  report.goal(10, `bounds above the optimum, ${count} tiny problems`, found.above, 0, String);
  report.goal(10, 'wrong optima and verdicts', found.wrong, 0, String);
  report.goal(10, 'two runs that differ', found.differing, 0, String);
}
