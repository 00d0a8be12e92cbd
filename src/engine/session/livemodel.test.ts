import { describe, expect, it } from 'vitest';
import { randomOf, randomProblem } from '../../../test/support/randomproblem.ts';
import { placesOfFixed } from '../admission/admission.ts';
import { compile } from '../gqap/compile.ts';
import { buildApp } from '../model/appmodel.ts';
import { buildFederation } from '../model/federation.ts';
import { emptyLoad } from '../model/load.ts';
import type { Location, Problem } from '../problem.ts';
import { LiveModel } from './livemodel.ts';

/** Figures of one location drawn anew; with `gaps`, some that nobody knows any more. */
function redrawn(location: Location, random: () => number, gaps: boolean): Location {
  const draw = (value: number | undefined) =>
    gaps && random() < 0.2 ? undefined : random() < 0.5 ? (value ?? 1) : Math.round(random() * 900) / 10;
  const changed = {
    ...location,
    free: { ...location.free, cpu: 1 + Math.floor(random() * 9) },
    priceUSDPerHour: { cpu: draw(location.priceUSDPerHour?.['cpu']) },
    wattsPerCore: draw(location.wattsPerCore),
    gramsPerKWh: draw(location.gramsPerKWh),
    availability: random() < 0.5 ? location.availability : 0.9 + random() / 10,
  };
  return JSON.parse(JSON.stringify(changed)) as Location;
}

function expectFresh(live: LiveModel, problem: Problem): void {
  const federation = buildFederation(problem);
  const model = buildApp(problem, federation, problem.applications[0]!, placesOfFixed(problem, federation));
  live.weighAll();
  for (const term of ['cost', 'carbon', 'delay', 'resilience'] as const)
    expect(live.exact.factor[term]).toBeCloseTo(model.factor[term], 12);
  model.services.forEach(({ unary, allowed, terms }, service) => {
    const own = live.exact.services[service]!;
    expect([...own.allowed]).toEqual([...allowed]);
    for (const term of ['cost', 'carbon', 'delay', 'resilience'] as const)
      expect([...own.terms[term]]).toEqual([...terms[term]]);
    unary.forEach((cost, k) => {
      expect(own.unary[k]).toBeCloseTo(cost, 12);
    });
  });
  expect([...live.federation.network.grams]).toEqual([...federation.network.grams]);
  expect([...live.gqap.room]).toEqual([...compile(model, emptyLoad(federation)).room]);
}

describe('a model kept in step', () => {
  for (const gaps of [false, true]) {
    it(`is after any changes what one made anew is${gaps ? ', where figures come and go' : ''}`, () => {
      let kept = 0;
      for (let seed = 1; seed <= 60; seed += 1) {
        const random = randomOf(seed);
        const drawn = randomProblem(seed);
        const problem = gaps
          ? drawn
          : {
              ...drawn,
              locations: drawn.locations.map((location) => ({
                ...location,
                priceUSDPerHour: { cpu: 1, memory: 1 },
                gramsPerKWh: location.gramsPerKWh ?? 100,
              })),
            };
        const live = new LiveModel(problem);
        const locations = [...problem.locations];
        for (let turn = 0; turn < 5; turn += 1) {
          const k = Math.floor(random() * locations.length);
          const next = redrawn(locations[k]!, random, gaps);
          locations[k] = gaps ? next : { ...next, priceUSDPerHour: { cpu: 1, memory: random() } };
          if (live.changeLocation(k, locations[k]!)) kept += 1;
          expectFresh(live, { ...problem, locations });
        }
      }
      expect(kept).toBeGreaterThan(gaps ? 10 : 200);
    });
  }

  it('follows a link that got slower', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const problem = randomProblem(seed);
      if (problem.links.length === 0 || problem.matrices) continue;
      const live = new LiveModel(problem);
      live.changeLink(0, 17);
      const links = problem.links.map((link, at) => (at === 0 ? { ...link, delayMs: 17 } : link));
      expectFresh(live, { ...problem, links });
      expect([...live.federation.paths.delay]).toEqual([
        ...buildFederation({ ...problem, links }).paths.delay,
      ]);
    }
  });
});
