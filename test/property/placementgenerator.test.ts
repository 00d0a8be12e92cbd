import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { batchOf } from '../performance/placement/generator/batch.ts';
import { FAMILIES } from '../performance/placement/generator/graphs.ts';
import { INFEASIBLE_KINDS, infeasibleOf } from '../performance/placement/generator/infeasible.ts';
import { type InstanceSpec, instanceOf } from '../performance/placement/generator/instance.ts';
import { PROFILE_NAMES } from '../performance/placement/generator/profiles.ts';
import { syntheticWorld } from '../performance/placement/generator/regions.ts';

describe('the generator', () => {
  const world = syntheticWorld();
  const spec = (at: number): InstanceSpec => ({
    family: FAMILIES[at % FAMILIES.length]!,
    services: 20,
    locations: at % 2 === 0 ? 50 : 30,
    tightness: [0.1, 0.25, 0.5, 1][at % 4]!,
    profile: PROFILE_NAMES[at % PROFILE_NAMES.length]!,
    seed: at,
    bandwidth: at % 3 === 0,
    residency: at % 5 < 2,
    traffic: at % 3 === 1 ? 'bulk' : 'requests',
  });

  it.each(Array.from({ length: 28 }, (_, at) => at))('plants a placement that breaks no rule: %i', (at) => {
    const { problem, planted } = instanceOf(world, spec(at));
    expect(check(problem, planted)).toEqual([]);
  });

  it('plants one in a batch, too', () => {
    const { problem, planted } = batchOf(world, { applications: 100, locations: 100, use: 0.7, seed: 1 });
    expect(check(problem, planted)).toEqual([]);
    const sum = (amounts: number[]) => amounts.reduce((total, each) => total + each, 0);
    const demand = sum(
      problem.applications.flatMap(({ services }) =>
        services.map(({ demand: of, replicas }) => (of['cpu'] ?? 0) * replicas),
      ),
    );
    const use = demand / sum(problem.locations.map(({ free }) => free['cpu'] ?? 0));
    expect(Math.abs(use - 0.7)).toBeLessThan(0.1);
  });

  it('makes the same bytes of the same seed, and others of another', () => {
    const bytes = (at: number) => JSON.stringify(instanceOf(world, spec(at)).problem);
    expect(bytes(3)).toBe(bytes(3));
    expect(bytes(3)).not.toBe(bytes(10));
    const kind = INFEASIBLE_KINDS[0];
    const infeasible = () =>
      JSON.stringify(infeasibleOf(world, { kind, services: 9, locations: 20, seed: 2 }));
    expect(infeasible()).toBe(infeasible());
  });

  it('gives rules to about the shares of services and channels that it says', { timeout: 60_000 }, () => {
    const apps = Array.from({ length: 40 }, (_, seed) =>
      instanceOf(world, { ...spec(0), family: 'sparse', services: 40, seed }),
    );
    const services = apps.flatMap(({ problem }) => problem.applications[0]!.services);
    const channels = apps.flatMap(({ problem }) => problem.applications[0]!.channels);
    const share = <T>(of: readonly T[], has: (each: T) => boolean) => of.filter(has).length / of.length;
    expect(share(channels, ({ maxDelayMs }) => maxDelayMs !== undefined)).toBeCloseTo(0.3, 1);
    expect(share(services, ({ spread }) => spread !== undefined)).toBeCloseTo(0.12, 1);
    expect(share(services, ({ requirements }) => requirements.length > 0)).toBeCloseTo(0.2, 1);
    expect(share(services, ({ data }) => data.length > 0)).toBeCloseTo(0.2, 1);
    expect(share(services, ({ demand }) => 'nvidia.com/gpu' in demand)).toBeCloseTo(0.07, 1);
  });
});
