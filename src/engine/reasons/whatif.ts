import type { Finding } from '../check/finding.ts';
import { refereeOf } from '../check.ts';
import type { Solve, SolveOptions } from '../port.ts';
import type { Problem, Share } from '../problem.ts';
import type { ApplicationResult, Result, TermValues } from '../result.ts';
import { isPlaced, placesOnly } from './alone.ts';
import { applyChanges, type Change } from './change.ts';
import { type ApplicationDiff, diffOf } from './diff.ts';

/** Above this number of locations the plain arithmetic of the referee takes too long to be waited for. */
const MOST_STAYING = 200;

/** The answer to a question, as a difference. */
export interface WhatIfAnswer {
  before: Result;
  after: Result;
  applications: (ApplicationDiff & {
    /** Rules that the placement as it was would break under the change. */
    broken: Finding[];
    /** Terms of the placement as it was, under the change; absent when it breaks rules. */
    staying?: TermValues;
  })[];
}

/**
 * What would be different: the placement as it is, then the same problem with the changes, with what runs
 * where the first answer put it; so that equal costs move nothing and moves are charged as the profile says.
 *
 * @param before the placement as it is, when it is known already
 * @throws ProblemError see `applyChanges`
 */
export function whatIf(
  problem: Problem,
  changes: readonly Change[],
  solve: Solve,
  options: SolveOptions,
  before: Result = solve(problem, options),
): WhatIfAnswer {
  const changed = applyChanges(runningAs(problem, before), changes);
  const after = solve(changed, options);
  const still = staying(changed, before);
  const referee = refereeOf(changed);
  const accused = referee.judge(still);
  return {
    before,
    after,
    applications: diffOf(before, after).map((diff) => {
      const broken = accused.filter(({ application }) => application === diff.application);
      const app = changed.applications.find(({ id }) => id === diff.application)!;
      const was = before.applications.find(({ application }) => application === diff.application);
      const told = broken.length === 0 && isPlaced(was) && changed.locations.length <= MOST_STAYING;
      return {
        ...diff,
        broken,
        ...(told ? { staying: referee.terms(still, app).terms } : {}),
      };
    }),
  };
}

/** The problem with every placed application running where a result has it. */
export function runningAs(problem: Problem, result: Result): Problem {
  const answers = new Map(result.applications.filter(isPlaced).map((each) => [each.application, each]));
  return {
    ...problem,
    applications: problem.applications.map((app) => {
      const answer = answers.get(app.id);
      if (!answer) return app;
      const shares = new Map(answer.services.map((each) => [each.service, each.shares]));
      return {
        ...app,
        services: app.services.map((service) => {
          const running = shares.get(service.id);
          return running ? { ...service, running: [...running] } : service;
        }),
      };
    }),
  };
}

/** The old placement as an answer to the changed problem: same places, as many replicas as are asked for now. */
function staying(changed: Problem, before: Result): Result {
  return {
    ...before,
    applications: before.applications.map((answer): ApplicationResult => {
      const app = changed.applications.find(({ id }) => id === answer.application);
      return {
        ...placesOnly(answer),
        services: answer.services.map((each) => {
          const replicas = app?.services.find(({ id }) => id === each.service)?.replicas;
          return replicas === undefined ? each : { ...each, shares: scaled(each.shares, replicas) };
        }),
      };
    }),
  };
}

/** As many replicas in the same places, in the same proportion as far as whole numbers go. */
function scaled(shares: readonly Share[], replicas: number): Share[] {
  const total = shares.reduce((sum, share) => sum + share.replicas, 0);
  if (total === replicas) return [...shares];
  let left = replicas;
  let rest = total;
  return shares
    .map((share) => {
      const part = Math.round((left * share.replicas) / rest);
      left -= part;
      rest -= share.replicas;
      return { ...share, replicas: part };
    })
    .filter((share) => share.replicas > 0);
}
