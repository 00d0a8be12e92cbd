import { cpuUsage } from 'node:process';
import { type Referee, refereeOf } from '../../../src/engine/check.ts';
import type { Solve } from '../../../src/engine/port.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import type { Result } from '../../../src/engine/result.ts';
import { createSolve } from '../../../src/engine/solve.ts';
import type { World } from './generator/regions.ts';
import type { Report } from './report/report.ts';

/** What every section of the benchmark is given. */
export interface Bench {
  readonly world: World;
  readonly solve: Solve;
  readonly quick: boolean;
  readonly seed: number;
  /** Folder of the public figures, for processes that are started; undefined for the synthetic world. */
  readonly data: string | undefined;
  readonly report: Report;
}

/** One call of the engine, judged. */
export interface Run {
  readonly result: Result;
  /** Applications with a placement that breaks no rule. */
  readonly sound: number;
  /** Rules that the referee found broken, in placements that the engine calls sound. */
  readonly broken: number;
  readonly wall: number;
  readonly cpu: number;
  /** Wall time beyond the deadline; NaN without one. */
  readonly overrun: number;
  /** Until progress told of a first placement, or the end where it told of none; NaN without a placement. */
  readonly first: number;
  readonly proved: boolean;
  readonly objective: number;
  readonly lowerBound: number;
}

/** With an engine that has placed on the federation of this problem before, as a scheduler's has. */
export function acquainted<T extends Pick<Bench, 'solve' | 'seed'>>(bench: T, problem: Problem): T {
  const solve = createSolve();
  run({ solve, seed: bench.seed }, problem, { deadline: 1 });
  return { ...bench, solve };
}

/** With a deadline in ms from now, or to the end. Judging is not timed. */
export function run(
  { solve, seed, report }: Pick<Bench, 'solve' | 'seed'> & { readonly report?: Report },
  problem: Problem,
  {
    deadline,
    explain = false,
    referee = refereeOf(problem),
  }: { deadline?: number; explain?: boolean; referee?: Referee },
): Run {
  let first = Number.NaN;
  const cpuBefore = cpuUsage();
  const started = performance.now();
  const result = solve(problem, {
    work: Number.MAX_SAFE_INTEGER,
    seed,
    clock: () => performance.now(),
    cancelled: () => false,
    explain,
    ...(deadline === undefined ? {} : { deadlineMs: started + deadline }),
    onProgress: ({ best }) => {
      if (Number.isNaN(first) && best !== undefined && best > 0) first = performance.now() - started;
    },
  });
  const wall = performance.now() - started;
  const { user, system } = cpuUsage(cpuBefore);
  const placed = result.applications.filter(({ verdict }) => verdict === 'Optimal' || verdict === 'Feasible');
  const findings = referee.judge(result);
  for (const { rule, service = '', location = '', message } of findings)
    report?.accuse(`${nameOf(problem)}, ${deadline ?? 'no'} ms: ${rule} ${service} ${location} ${message}`);
  const accused = new Set(findings.map(({ application }) => application));
  const total = (of: 'objective' | 'lowerBound') =>
    placed.length === 0 ? Number.NaN : placed.reduce((sum, answer) => sum + (answer[of] ?? 0), 0);
  return {
    result,
    sound: placed.filter(({ application }) => !accused.has(application)).length,
    broken: findings.length,
    wall,
    cpu: (user + system) / 1000,
    overrun: deadline === undefined ? Number.NaN : Math.max(0, wall - deadline),
    first: placed.length === 0 ? Number.NaN : Number.isNaN(first) ? wall : first,
    proved: placed.length > 0 && placed.every(({ verdict }) => verdict === 'Optimal'),
    objective: total('objective'),
    lowerBound: total('lowerBound'),
  };
}

/** Enough to find a problem again, beside the seed of the run. */
function nameOf({ applications, locations }: Problem): string {
  const services = applications.reduce((sum, app) => sum + app.services.length, 0);
  return `${services} x ${locations.length}`;
}

/**
 * Share by which the objective may exceed the optimum, as far as the run itself proves. Infinity where it has
 * no placement, or no bound: a run that finds nothing must not make a median look better.
 */
export function certificate({ objective, lowerBound }: Run): number {
  return lowerBound > 0 ? objective / lowerBound - 1 : Number.POSITIVE_INFINITY;
}
