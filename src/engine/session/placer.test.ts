import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../test/performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { refereeOf } from '../check.ts';
import type { Location, Problem } from '../problem.ts';
import { RESULT_FORMAT } from '../vocabulary.ts';
import type { LocationChange } from './change.ts';
import { createPlacer, type Decision } from './placer.ts';

const { problem, planted } = instanceOf(syntheticWorld(), {
  family: 'sparse',
  services: 30,
  locations: 120,
  tightness: 0.25,
  profile: 'balanced',
  seed: 77,
});
const effort = (work: number) => ({ work, clock: () => 0, cancelled: () => false });

function settled() {
  const placer = createPlacer(problem, 1);
  placer.settle(effort(3e7));
  placer.adopt();
  return { placer, shares: placer.decide(effort(0)).answer().services };
}

function changed(base: Problem, { location, figures }: LocationChange): Problem {
  return {
    ...base,
    locations: base.locations.map((each) =>
      each.id === location ? ({ ...each, ...figures } as Location) : each,
    ),
  };
}

function running(base: Problem, shares: ReturnType<typeof settled>['shares']): Problem {
  const where = new Map(shares.map((each) => [each.service, each.shares]));
  return {
    ...base,
    applications: base.applications.map((app) => ({
      ...app,
      services: app.services.map((service) => ({ ...service, running: where.get(service.id)! })),
    })),
  };
}

function findings(base: Problem, decision: Decision) {
  const applications = [decision.answer()];
  return refereeOf(base).judge({
    format: RESULT_FORMAT,
    engine: 'session',
    seed: 1,
    work: 0,
    applications,
    prices: {},
  });
}

describe('a session', { timeout: 60_000 }, () => {
  it('decides what the referee finds sound, no dearer than staying, after prices, intensity and room changed', () => {
    const { placer, shares } = settled();
    const used = [...new Set(shares.flatMap((each) => each.shares.map(({ location }) => location)))];
    let now = running(problem, shares);
    let moves = 0;
    used.slice(0, 5).forEach((location, turn) => {
      const { gramsPerKWh, free, priceUSDPerHour } = now.locations.find(({ id }) => id === location)!;
      const figures: LocationChange['figures'] =
        turn % 3 === 0
          ? { priceUSDPerHour: { ...priceUSDPerHour, cpu: 3 * priceUSDPerHour!['cpu']! } }
          : turn % 3 === 1
            ? { gramsPerKWh: 3 * gramsPerKWh! }
            : { free: { ...free, cpu: 0 } };
      const change = { location, figures };
      now = changed(now, change);
      placer.apply(change);
      const decision = placer.decide(effort(3e6));
      expect(findings(now, decision)).toEqual([]);
      expect(decision.objective).toBeLessThanOrEqual(decision.staying);
      if (turn % 3 === 2) expect(decision.staying).toBe(Number.POSITIVE_INFINITY);
      moves += decision.moves.length;
    });
    expect(moves).toBeGreaterThan(0);
    const proof = placer.settle(effort(3e7));
    expect(findings(now, proof)).toEqual([]);
    expect(proof.answer().lowerBound).toBeLessThanOrEqual(proof.objective);
  });

  it('decides the same bytes for the same changes and work', () => {
    const bytes = () => {
      const { placer, shares } = settled();
      const [location] = shares[0]!.shares.map((share) => share.location) as [string];
      placer.apply({ location, figures: { gramsPerKWh: 5000 } });
      return JSON.stringify(placer.decide(effort(2e6)).answer());
    };
    expect(bytes()).toBe(bytes());
  });

  it('goes back to what runs where a better placement is no longer one', () => {
    const { services } = planted.applications[0]!;
    const runs = new Set(services.flatMap(({ shares }) => shares.map(({ location }) => location)));
    const placer = createPlacer(running(problem, services), 1);
    const found = placer.settle(effort(3e7));
    expect(found.moves.length).toBeGreaterThan(0);
    const used = new Set(
      found.answer().services.flatMap(({ shares }) => shares.map(({ location }) => location)),
    );
    let now = running(problem, services);
    for (const { id, free } of problem.locations) {
      if (runs.has(id) || !used.has(id)) continue;
      const change = { location: id, figures: { free: { ...free, cpu: 0 } } };
      placer.apply(change);
      now = changed(now, change);
    }
    const back = placer.decide(effort(0));
    expect([back.moves, back.objective]).toEqual([[], back.staying]);
    const location = services[0]!.shares[0]!.location;
    const dearer = { location, figures: { priceUSDPerHour: { cpu: 9, memory: 9 } } };
    placer.apply(dearer);
    const decision = placer.decide(effort(3e6));
    expect(findings(changed(now, dearer), decision)).toEqual([]);
    expect(decision.objective).toBeLessThan(decision.staying);
  });

  it('claims no bound that figures have overtaken', () => {
    const { placer, shares } = settled();
    expect(placer.decide(effort(0)).answer().lowerBound).toBeGreaterThan(0);
    placer.apply({ location: shares[0]!.shares[0]!.location, figures: { gramsPerKWh: 5000 } });
    const answer = placer.decide(effort(1e6)).answer();
    expect([answer.proof, answer.lowerBound, answer.gap]).toEqual(['None', undefined, undefined]);
  });

  it('follows a link that is down', () => {
    const { placer, shares } = settled();
    placer.apply({ link: 0, delayMs: 1000 });
    const links = problem.links.map((link, at) => (at === 0 ? { ...link, delayMs: 1000 } : link));
    expect(findings({ ...running(problem, shares), links }, placer.decide(effort(2e6)))).toEqual([]);
  });

  it('says what it cannot keep, and which name is wrong', () => {
    const placer = createPlacer(problem, 1);
    const [first] = problem.locations as [Location];
    expect(() => placer.apply({ location: `${first.id}x`, figures: {} })).toThrow(`did you mean ${first.id}`);
    expect(() => placer.apply({ location: first.id, figures: { gramsPerKWh: -1 } })).toThrow('gramsPerKWh');
    expect(() => placer.apply({ link: 1e6, delayMs: 1 })).toThrow('no link 1000000');
    expect(() => placer.apply({ link: 0, delayMs: Number.NaN })).toThrow('delayMs');
    const [app] = problem.applications as [Problem['applications'][number]];
    const two = { ...problem, applications: [app, { ...app, id: 'other' }] };
    expect(() => createPlacer(two, 1)).toThrow('a session keeps one application');
    expect(createPlacer(problem, 1).decide(effort(1e6)).answer().verdict).toBe('NoneFound');
  });
});
