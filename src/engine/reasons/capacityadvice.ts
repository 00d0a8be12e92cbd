import type { Solve, SolveOptions } from '../port.ts';
import type { Application, Problem } from '../problem.ts';
import type { Result, TermValues } from '../result.ts';
import { TERMS } from '../vocabulary.ts';
import { aloneIn, isPlaced } from './alone.ts';
import { asMatrices } from './asmatrices.ts';

/** What more room at one location would be worth to an application, found by solving with it. */
export interface CapacityAdvice {
  location: string;
  resource: string;
  /** Units more. */
  amount: number;
  /** Fall of the weighted objective. */
  gain: number;
  /** Fall of each term in its own unit; negative: it rises. */
  saved: TermValues;
}

/** More locations than this are not looked at. */
const MOST_CANDIDATES = 8;
/** A gain below this share of the objective is no advice. */
const LEAST_GAIN = 1e-6;

/**
 * Where more capacity would make a placed application better, best first. Candidates are the locations that
 * it would fill beyond their room if there were room without end; each is solved again with one unit more,
 * or, where one helps nothing, with as much as it would then use. So every figure is verified, not a
 * derivative. At most 1 + 2 x 8 solves.
 *
 * @param options the budget is for each solve
 */
export function capacityAdvice(
  problem: Problem,
  result: Result,
  application: string,
  solve: Solve,
  options: SolveOptions,
): CapacityAdvice[] {
  const app = problem.applications.find(({ id }) => id === application);
  const answer = result.applications.find((each) => each.application === application);
  if (!app || !isPlaced(answer)) return [];
  const alone = asMatrices(aloneIn(problem, result, app));
  const { onProgress: _, ...rest } = options;
  const ask = (each: Problem) => {
    const [first] = solve(each, { ...rest, explain: false }).applications;
    return isPlaced(first) ? first : undefined;
  };
  const now = problem.applications.length === 1 ? answer : ask(alone);
  // Without balance: a share of endless room is no figure.
  const boundless = ask(withRoom(withoutBalance(alone), () => Number.MAX_SAFE_INTEGER));
  if (!now || !boundless) return [];
  const advice = shortAt(alone, app, boundless.services)
    .slice(0, MOST_CANDIDATES)
    .flatMap(({ location, resource, short }): CapacityAdvice[] => {
      for (const amount of [...new Set([Math.min(1, short), short])]) {
        const more = withRoom(alone, (free, at, name) =>
          at === location && name === resource ? free + amount : free,
        );
        const then = ask(more);
        const gain = (now.objective ?? 0) - (then?.objective ?? Number.POSITIVE_INFINITY);
        if (!then || gain <= LEAST_GAIN * Math.abs(now.objective ?? 0)) continue;
        const saved = TERMS.flatMap((term) => {
          const [before, after] = [now.terms[term], then.terms[term]];
          return before === undefined || after === undefined ? [] : [[term, before - after] as const];
        });
        return [{ location, resource, amount, gain, saved: Object.fromEntries(saved) }];
      }
      return [];
    });
  return advice.sort((a, b) => b.gain - a.gain);
}

/** Locations and resources of which a placement uses more than there is, most short first. */
function shortAt(
  { locations }: Problem,
  app: Application,
  services: readonly { service: string; shares: readonly { location: string; replicas: number }[] }[],
): { location: string; resource: string; short: number }[] {
  const used = new Map<string, Map<string, number>>();
  for (const { service, shares } of services) {
    const demand = app.services.find(({ id }) => id === service)?.demand ?? {};
    for (const { location, replicas } of shares) {
      const at = used.get(location) ?? new Map<string, number>();
      used.set(location, at);
      for (const [resource, amount] of Object.entries(demand))
        at.set(resource, (at.get(resource) ?? 0) + amount * replicas);
    }
  }
  return locations
    .flatMap(({ id, free }) =>
      [...(used.get(id) ?? [])].map(([resource, amount]) => ({
        location: id,
        resource,
        short: amount - (free[resource] ?? 0),
      })),
    )
    .filter(({ short }) => short > 1e-9)
    .sort((a, b) => b.short - a.short);
}

function withRoom(
  problem: Problem,
  room: (free: number, location: string, resource: string) => number,
): Problem {
  const resources = new Set(
    problem.applications.flatMap(({ services }) => services.flatMap(({ demand }) => Object.keys(demand))),
  );
  return {
    ...problem,
    locations: problem.locations.map((location) => {
      const free = Object.fromEntries(
        [...resources].map((resource) => [
          resource,
          room(location.free[resource] ?? 0, location.id, resource),
        ]),
      );
      const { shapes: _, ...rest } = location;
      const whole = Object.values(free).every((each) => each < Number.MAX_SAFE_INTEGER);
      return whole ? { ...location, free } : { ...rest, free };
    }),
  };
}

function withoutBalance(problem: Problem): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app) => {
      const others = TERMS.some((term) => term !== 'balance' && app.profile[term] > 0);
      return others ? { ...app, profile: { ...app.profile, balance: 0 } } : app;
    }),
  };
}
