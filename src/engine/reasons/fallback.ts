import type { Finding } from '../check/finding.ts';
import { check } from '../check.ts';
import type { Solve, SolveOptions } from '../port.ts';
import type { Application, Problem, Service } from '../problem.ts';
import type { ApplicationResult, Result } from '../result.ts';
import { aloneIn, isPlaced, placesOnly } from './alone.ts';
import { asMatrices } from './asmatrices.ts';
import { applyChanges } from './change.ts';
import { type Move, movesOf } from './diff.ts';
import { runningAs } from './whatif.ts';

/** All fallbacks of an application together may take this many times the work of its own solve. */
const TIMES_ONE_SOLVE = 5;
/** A solve is never asked with less: an answer that was found at once must not make its fallbacks impossible. */
const LEAST_WORK = 1_000_000;

/** Where an application goes when a location that it uses is lost. */
export interface Fallback {
  lost: string;
  /** Absent: there is no way out, or none was found; `reason` tells. */
  placement?: ApplicationResult;
  moves: Move[];
  reason?: string;
}

/**
 * For each location that a placed application uses, a placement without it that touches only what must move:
 * first with every service that is not there held where it is, then with the services that share a channel
 * with a moving one let go, then with all of them. Each is judged by the referee on the whole problem before
 * it is told. In the order of location ids.
 *
 * @param options `work` is what one solve of the application took; all fallbacks together take at most five
 *   times as much, and the deadline cuts them short
 */
export function fallbacksOf(
  problem: Problem,
  result: Result,
  application: string,
  solve: Solve,
  options: SolveOptions,
): Fallback[] {
  const app = problem.applications.find(({ id }) => id === application);
  const answer = result.applications.find((each) => each.application === application);
  if (!app || !isPlaced(answer)) return [];
  const used = [
    ...new Set(answer.services.flatMap(({ shares }) => shares.map(({ location }) => location))),
  ].sort();
  const running = runningAs(problem, result);
  const own = running.applications.find(({ id }) => id === application)!;
  const alone = asMatrices(aloneIn(running, result, own));
  let left = Math.max(options.work, LEAST_WORK) * TIMES_ONE_SOLVE;
  return used.map((lost, at) => {
    const share = left / (used.length - at);
    const { fallback, work } = fallbackFor({ problem: running, alone, result, answer, lost }, solve, {
      ...options,
      work: share,
    });
    left -= work;
    return fallback;
  });
}

interface Loss {
  problem: Problem;
  alone: Problem;
  result: Result;
  answer: ApplicationResult;
  lost: string;
}

function fallbackFor(
  { problem, alone, result, answer, lost }: Loss,
  solve: Solve,
  options: SolveOptions,
): { fallback: Fallback; work: number } {
  const without = applyChanges(alone, [{ kind: 'LoseLocation', location: lost }]);
  const whole = applyChanges(problem, [{ kind: 'LoseLocation', location: lost }]);
  const { onProgress: _, ...rest } = options;
  let work = 0;
  let reason = 'nothing was found within the work budget';
  for (const free of circles(without.applications[0]!, answer, lost)) {
    if (work >= options.work) break;
    const held = holding(without, answer, free);
    const found = solve(held, { ...rest, work: options.work - work, explain: false });
    work += found.work;
    const [placement] = found.applications;
    if (placement?.verdict === 'Infeasible') reason = 'the rest of the federation cannot hold it';
    if (!isPlaced(placement)) continue;
    const kept = withKept(placement, answer, free);
    const broken = accusations(whole, result, kept);
    if (broken.length === 0)
      return { fallback: { lost, placement: kept, moves: movesOf(answer, kept) }, work };
    reason = broken[0]!.message;
  }
  return { fallback: { lost, moves: [], reason }, work };
}

/** Services that may move, in growing circles: those that are there, their neighbours, all. */
function* circles(app: Application, answer: ApplicationResult, lost: string): Generator<Set<string>> {
  const there = new Set(
    answer.services
      .filter(({ shares }) => shares.some(({ location }) => location === lost))
      .map(({ service }) => service),
  );
  yield there;
  const near = new Set(there);
  for (const { from, to } of app.channels) {
    if (to.application !== undefined && to.application !== app.id) continue;
    if (there.has(from)) near.add(to.service);
    if (there.has(to.service)) near.add(from);
  }
  if (near.size > there.size) yield near;
  if (near.size < app.services.length) yield new Set(app.services.map(({ id }) => id));
}

/** The problem with every service that is not free held at its locations. */
function holding(problem: Problem, answer: ApplicationResult, free: ReadonlySet<string>): Problem {
  const shares = new Map(answer.services.map((each) => [each.service, each.shares]));
  const held = (service: Service): Service => {
    if (free.has(service.id)) return service;
    return { ...service, onlyLocations: (shares.get(service.id) ?? []).map(({ location }) => location) };
  };
  return {
    ...problem,
    applications: problem.applications.map((app) => ({ ...app, services: app.services.map(held) })),
  };
}

/** Held services with the very shares that they have: a solver may split replicas otherwise. */
function withKept(
  placement: ApplicationResult,
  answer: ApplicationResult,
  free: ReadonlySet<string>,
): ApplicationResult {
  const shares = new Map(answer.services.map((each) => [each.service, each.shares]));
  const changed = placement.services.some(
    ({ service, shares: of }) =>
      !free.has(service) && JSON.stringify(of) !== JSON.stringify(shares.get(service)),
  );
  if (!changed) return placement;
  const { objective: _, lowerBound: __, gap: ___, ...plain } = placement;
  return {
    ...plain,
    verdict: 'Feasible',
    services: placement.services.map((each) =>
      free.has(each.service) ? each : { ...each, shares: shares.get(each.service) ?? each.shares },
    ),
  };
}

/** What the referee has against the fallback, beside the others where they are. */
function accusations(problem: Problem, result: Result, placement: ApplicationResult): Finding[] {
  const applications = result.applications.map((each) =>
    placesOnly(each.application === placement.application ? placement : each),
  );
  return check(problem, { ...result, applications }).filter(
    ({ application }) => application === placement.application,
  );
}
