import { describe, expect, it } from 'vitest';
import { batchOf } from '../../../test/performance/placement/generator/batch.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { buildFederation } from '../model/federation.ts';
import { Problem } from '../problem.ts';
import { type Layout, layoutOf, narrowed, refined } from './layout.ts';
import { type PairFloor, pairFloorsOf, regrouped } from './pairfloors.ts';

const { problem } = batchOf(syntheticWorld(), { applications: 2, locations: 150, use: 0.1, seed: 3 });
const federation = buildFederation(Problem.parse(problem));
const coarse = layoutOf(federation);
const { network } = federation;

/** Pairs of different locations that cost less than their floor. */
function below({ leaving, entering, least }: PairFloor, values: Float64Array, layout: Layout): number {
  const { locations: m, group, groups } = layout;
  let count = 0;
  for (let k = 0; k < m; k += 1)
    for (let l = 0; l < m; l += 1) {
      const floor = leaving[k]! + entering[l]! + least[group[k]! * groups + group[l]!]!;
      if (k !== l && values[k * m + l]! < floor - 1e-12) count += 1;
    }
  return count;
}

describe('floors of pairs', () => {
  const floors = pairFloorsOf(federation, coarse);
  const fine = refined(coarse, [3, 77, 149, 4]);

  it.each([
    ['groups as they are', floors, coarse],
    ['some locations groups of their own', regrouped(floors, federation, fine), fine],
  ])('are never above what a pair costs: %s', (_, each, layout) => {
    expect(layout.groups).toBeLessThan(layout.locations);
    expect(below(each.delay, network.delay, layout)).toBe(0);
    expect(below(each.usd, network.usd, layout)).toBe(0);
    expect(below(each.grams, network.grams, layout)).toBe(0);
    expect(below(each.loss, network.lossNats, layout)).toBe(0);
    expect(below(each.hard, network.hardDelay, layout)).toBe(0);
  });

  it('are exact between locations that are groups of their own', () => {
    const { leaving, entering, least } = regrouped(floors, federation, fine).delay;
    const [g, h] = [fine.group[3]!, fine.group[149]!];
    const floor = leaving[3]! + entering[149]! + least[g * fine.groups + h]!;
    expect(floor).toBeCloseTo(network.delay[3 * coarse.locations + 149]!, 12);
  });
});

describe('a layout of some locations', () => {
  it('keeps the groups, in stretches of a multiple of four', () => {
    const layout = narrowed(coarse, (k) => k % 3 === 0);
    expect(layout.groups).toBe(coarse.groups);
    for (let k = 0; k < coarse.locations; k += 1) {
      const p = layout.position[k]!;
      expect(p >= 0).toBe(k % 3 === 0);
      if (p < 0) continue;
      expect(layout.location[p]).toBe(k);
      const g = coarse.group[k]!;
      expect(p >= layout.start[g]! && p < layout.start[g + 1]!).toBe(true);
    }
    expect(layout.start.every((at) => at % 4 === 0)).toBe(true);
  });
});
