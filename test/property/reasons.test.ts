import { describe, expect, it } from 'vitest';
import { check, termsOfPlacement } from '../../src/engine/check.ts';
import type { Problem } from '../../src/engine/problem.ts';
import { isPlaced, placesOnly } from '../../src/engine/reasons/alone.ts';
import { alternativesOf } from '../../src/engine/reasons/alternatives.ts';
import { applyChanges } from '../../src/engine/reasons/change.ts';
import { explainInfeasible } from '../../src/engine/reasons/conflict.ts';
import { fallbacksOf } from '../../src/engine/reasons/fallback.ts';
import { requirementsOf, without } from '../../src/engine/reasons/requirements.ts';
import { runningAs } from '../../src/engine/reasons/whatif.ts';
import type { Result } from '../../src/engine/result.ts';
import { solve } from '../../src/engine/solve.ts';
import { RESULT_FORMAT, TERMS } from '../../src/engine/vocabulary.ts';
import { assignments, randomProblem } from '../support/randomproblem.ts';

const OPTIONS = { work: 100_000_000, seed: 1, clock: () => 0, cancelled: () => false };
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed + 1);

const verdictOf = (problem: Problem) =>
  solve(problem, { ...OPTIONS, explain: false }).applications[0]!.verdict;

describe('over random problems', { timeout: 60_000 }, () => {
  it('a conflict set cannot be met, and without any one of its requirements it can', () => {
    let sets = 0;
    for (const seed of SEEDS) {
      const problem = randomProblem(seed);
      const app = problem.applications[0]!;
      if (verdictOf(problem) !== 'Infeasible') continue;
      const { conflict, minimal, relaxations } = explainInfeasible(problem, app, OPTIONS);
      if (!minimal) continue;
      sets += 1;
      const requirements = requirementsOf(problem, app);
      const said = new Set(conflict.map(({ message }) => message));
      const keys = requirements
        .filter(({ message, peer }) => said.has(message) || said.has(peer?.message ?? ''))
        .map(({ key }) => key);
      const only = (kept: readonly string[]) => {
        const removed = requirements.map(({ key }) => key).filter((key) => !kept.includes(key));
        return verdictOf(without(problem, app, requirements, new Set(removed)));
      };
      expect([seed, only(keys)]).toEqual([seed, 'Infeasible']);
      for (const key of keys)
        expect([seed, key, only(keys.filter((each) => each !== key))]).not.toEqual([seed, key, 'Infeasible']);
      expect(relaxations.every(({ verified }) => verified)).toBe(true);
    }
    expect(sets).toBeGreaterThan(10);
  });

  it('no placement with a service forced elsewhere is cheaper than what is told of it', () => {
    let compared = 0;
    for (const seed of SEEDS) {
      const problem = randomProblem(seed);
      const app = problem.applications[0]!;
      if (app.services.some(({ replicas }) => replicas > 1)) continue;
      const result = solve(problem, OPTIONS);
      const base = result.applications[0]!.objective;
      if (base === undefined) continue;
      const least = exhaustive(problem);
      app.services.forEach(({ id }, at) => {
        for (const each of alternativesOf(problem, result, app.id, id, solve, OPTIONS)) {
          const truth = least[at]!.get(each.location) ?? Number.POSITIVE_INFINITY;
          compared += 1;
          if (each.kind === 'Impossible') expect([seed, id, each.location, truth]).toContain(Infinity);
          if (each.kind === 'AtLeast') expect(base + each.extra).toBeLessThanOrEqual(truth + 1e-9);
        }
      });
    }
    expect(compared).toBeGreaterThan(30);
  });

  it('a fallback avoids the lost location, breaks no rule and moves all that was there', () => {
    let found = 0;
    for (const seed of SEEDS) {
      const problem = randomProblem(seed);
      const app = problem.applications[0]!;
      const result = solve(problem, OPTIONS);
      const answer = result.applications[0]!;
      if (!isPlaced(answer)) continue;
      const options = { ...OPTIONS, work: result.work };
      for (const { lost, placement, moves } of fallbacksOf(problem, result, app.id, options)) {
        if (!placement) continue;
        found += 1;
        const changed = applyChanges(runningAs(problem, result), [{ kind: 'LoseLocation', location: lost }]);
        const { round: _, ...rest } = result;
        expect([seed, check(changed, { ...rest, applications: [placesOnly(placement)] })]).toEqual([
          seed,
          [],
        ]);
        const there = answer.services.filter(({ shares }) =>
          shares.some(({ location }) => location === lost),
        );
        for (const { service } of there) expect(moves.map((move) => move.service)).toContain(service);
      }
    }
    expect(found).toBeGreaterThan(12);
  });
});

/** Least objective by service and location over all placements of services with one replica. */
function exhaustive(problem: Problem): Map<string, number>[] {
  const app = problem.applications[0]!;
  const least = app.services.map(() => new Map<string, number>());
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  for (const at of assignments(app.services.length, problem.locations.length)) {
    const places = [...at].map((k) => problem.locations[k]!.id);
    const result: Result = {
      format: RESULT_FORMAT,
      engine: '',
      seed: 0,
      work: 0,
      prices: {},
      applications: [
        {
          application: app.id,
          verdict: 'Feasible',
          services: app.services.map(({ id }, index) => ({
            service: id,
            shares: [{ location: places[index]!, replicas: 1 }],
            ruledOut: [],
          })),
          channels: [],
          terms: {},
          normalised: {},
          proof: 'None',
          conflict: [],
          relaxations: [],
          dropped: [],
        },
      ],
    };
    if (check(problem, result).length > 0) continue;
    const { normalised } = termsOfPlacement(problem, result, app);
    const objective = TERMS.reduce(
      (sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0),
      0,
    );
    places.forEach((place, service) => {
      const known = least[service]!.get(place) ?? Number.POSITIVE_INFINITY;
      if (objective < known) least[service]!.set(place, objective);
    });
  }
  return least;
}
