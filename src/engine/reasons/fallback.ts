import { placeApp } from '../admission/placeapp.ts';
import { placedAnswer } from '../answer.ts';
import { Budget } from '../budget.ts';
import type { Finding } from '../check/finding.ts';
import { check } from '../check.ts';
import type { Outside } from '../model/appmodel.ts';
import { buildFederation, type FederationModel } from '../model/federation.ts';
import { emptyLoad } from '../model/load.ts';
import type { SolveOptions } from '../port.ts';
import type { Application, Problem, Service } from '../problem.ts';
import type { ApplicationResult, Result } from '../result.ts';
import { aloneIn, isPlaced, placesOnly } from './alone.ts';
import { applyChanges } from './change.ts';
import { type Move, movesOf } from './diff.ts';
import { runningAs } from './whatif.ts';

/** All fallbacks of an application together may take this many times the work of its own solve. */
const TIMES_ONE_SOLVE = 5;
/** A solve is never asked with less: an answer that was found at once must not make its fallbacks impossible. */
const LEAST_WORK = 1_000_000;
/** Locations that are looked at first where there are many. */
const NEAREST = 24;

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
  const alone = aloneIn(running, result, own);
  // A lost location stays in the problem, closed: what is known of the others is worked out once.
  const loss = { problem: running, alone, federation: buildFederation(alone), result, answer };
  let left = Math.max(options.work, LEAST_WORK) * TIMES_ONE_SOLVE;
  return used.map((lost, at) => {
    const budget = new Budget({ ...options, work: left / (used.length - at) });
    const fallback = fallbackFor({ ...loss, lost }, budget, options.seed);
    left -= budget.spent;
    return fallback;
  });
}

interface Loss {
  problem: Problem;
  alone: Problem;
  federation: FederationModel;
  result: Result;
  answer: ApplicationResult;
  lost: string;
}

function fallbackFor(loss: Loss, budget: Budget, seed: number): Fallback {
  const { problem, alone, federation, result, answer, lost } = loss;
  const without = applyChanges(alone, [{ kind: 'LoseLocation', location: lost }]);
  const whole = applyChanges(problem, [{ kind: 'LoseLocation', location: lost }]);
  const places = placesWithout(without, federation, lost);
  let reason = 'nothing was found within the work budget';
  for (const { free, near } of circles(without.applications[0]!, federation, answer, lost)) {
    if (budget.exhausted()) break;
    const held = holding(without, answer, free, near);
    const app = held.applications[0]!;
    budget.spend(federation.ids.length * app.services.length);
    const question = { problem: held, federation, app, places, load: emptyLoad(federation), seed };
    const found = placeApp(question, budget);
    if (!found.at) {
      if (found.complete && !near) reason = 'the rest of the federation cannot hold it';
      continue;
    }
    const kept = withKept(placedAnswer(found, question.load, false), answer, free);
    const broken = accusations(whole, result, kept);
    if (broken.length === 0) return { lost, placement: kept, moves: movesOf(answer, kept) };
    reason = broken[0]!.message;
  }
  return { lost, moves: [], reason };
}

/** Where others are that are not lost: what is fixed, and who calls. */
function placesWithout(problem: Problem, { index }: FederationModel, lost: string): Outside {
  const callers = problem.applications
    .slice(1)
    .flatMap(({ id: application, services }) =>
      services.map(({ id: service, running = [] }) => ({ application, service, shares: running })),
    );
  return new Map(
    [...problem.fixed, ...callers].flatMap(({ application, service, shares }) => {
      const left = shares.filter(({ location }) => location !== lost);
      const at = left.map(({ location, replicas }) => ({ location: index.get(location)!, replicas }));
      return at.length === 0 ? [] : [[`${application}/${service}`, at] as const];
    }),
  );
}

/** Services that may move; `near`: only to these locations. */
interface Circle {
  free: ReadonlySet<string>;
  near?: readonly string[];
}

/**
 * In growing circles: the services that are there, to one of the locations nearest to it and then to any;
 * with their neighbours; all.
 */
function* circles(
  app: Application,
  { ids, index, paths }: FederationModel,
  answer: ApplicationResult,
  lost: string,
): Generator<Circle> {
  const there = new Set(
    answer.services
      .filter(({ shares }) => shares.some(({ location }) => location === lost))
      .map(({ service }) => service),
  );
  if (ids.length > 2 * NEAREST) {
    const row = index.get(lost)! * paths.size;
    const byDelay = [...ids.keys()].sort((k, l) => paths.delay[row + k]! - paths.delay[row + l]! || k - l);
    yield { free: there, near: byDelay.slice(0, NEAREST).map((k) => ids[k]!) };
  }
  yield { free: there };
  const near = new Set(there);
  for (const { from, to } of app.channels) {
    if (to.application !== undefined && to.application !== app.id) continue;
    if (there.has(from)) near.add(to.service);
    if (there.has(to.service)) near.add(from);
  }
  if (near.size > there.size) yield { free: near };
  if (near.size < app.services.length) yield { free: new Set(app.services.map(({ id }) => id)) };
}

/** The problem with every service that is not free held at its locations. */
function holding(
  problem: Problem,
  answer: ApplicationResult,
  free: ReadonlySet<string>,
  near: readonly string[] | undefined,
): Problem {
  const shares = new Map(answer.services.map((each) => [each.service, each.shares]));
  const held = (service: Service): Service => {
    if (!free.has(service.id))
      return { ...service, onlyLocations: (shares.get(service.id) ?? []).map(({ location }) => location) };
    if (!near) return service;
    const { onlyLocations } = service;
    return { ...service, onlyLocations: near.filter((id) => onlyLocations?.includes(id) ?? true) };
  };
  const [app, ...callers] = problem.applications;
  return { ...problem, applications: [{ ...app!, services: app!.services.map(held) }, ...callers] };
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
