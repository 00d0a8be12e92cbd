import { describe, expect, it } from 'vitest';
import { randomOf, randomProblem } from '../../../test/support/randomproblem.ts';
import { costOf } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import type { Placement } from '../model/evaluate.ts';
import type { Problem } from '../problem.ts';
import { attracts } from './attracts.ts';
import { LiveModel } from './livemodel.ts';
import { Narrowed } from './narrowed.ts';
import { worthwhile } from './worthwhile.ts';

/** Problems of one application with figures that every location has, and a placement drawn among a few locations. */
function* drawn(): Generator<{ live: LiveModel; problem: Problem; at: Placement; random: () => number }> {
  for (let seed = 1; seed <= 120; seed += 1) {
    const random = randomOf(seed);
    const { applications, ...rest } = randomProblem(seed);
    const locations = rest.locations.map((location) => ({
      ...location,
      priceUSDPerHour: { cpu: 1 + random(), memory: 1 },
      gramsPerKWh: 100 * (1 + random()),
    }));
    const problem = { ...rest, locations, applications: applications.slice(0, 1) };
    if (problem.applications[0]?.order !== undefined || problem.applications.length === 0) continue;
    const live = new LiveModel(problem);
    const few = 1 + Math.floor(random() * locations.length);
    const at = Int32Array.from({ length: live.gqap.variables }, () => Math.floor(random() * few));
    yield { live, problem, at, random };
  }
}

function outside({ nearest }: Gqap): number[] {
  return nearest.flatMap(({ callerLocation }) => (callerLocation < 0 ? [] : [callerLocation]));
}

function expectSame(narrowed: Narrowed, whole: Gqap, at: Placement): void {
  const own = costOf(
    narrowed.gqap,
    at.map((k) => narrowed.indexOf(k)),
  );
  expect(own).toBe(costOf(whole, at));
}

describe('a problem on some of its locations', () => {
  it('costs what the whole one costs, before and after a location changed', () => {
    let finite = 0;
    for (const { live, problem, at, random } of drawn()) {
      const narrowed = new Narrowed(live.gqap, [...at, ...outside(live.gqap)]);
      expectSame(narrowed, live.gqap, at);
      const k = at[0]!;
      const { free, gramsPerKWh = 0, ...location } = problem.locations[k]!;
      const changed = { ...location, gramsPerKWh: 2 * gramsPerKWh, free: { ...free, cpu: 50 * random() } };
      const touched = live.changeLocation(k, changed);
      if (!touched) continue;
      narrowed.follow(touched);
      expectSame(narrowed, live.gqap, at);
      const anew = new Narrowed(live.gqap, narrowed.kept);
      for (const name of ['unary', 'room'] as const)
        expect([...narrowed.gqap[name]]).toEqual([...anew.gqap[name]]);
      expect([...narrowed.gqap.network.grams]).toEqual([...anew.gqap.network.grams]);
      if (Number.isFinite(costOf(live.gqap, at))) finite += 1;
    }
    expect(finite).toBeGreaterThan(10);
  });

  it('is drawn to a location where one, or all of a location together, would cost less', () => {
    const seen = { yes: 0, no: 0 };
    for (const { live, at } of drawn()) {
      const { gqap } = live;
      const now = costOf(gqap, at);
      if (gqap.nearest.length > 0 || !Number.isFinite(now)) continue;
      for (let k = 0; k < gqap.locations; k += 1) {
        if (at.includes(k)) continue;
        const alone = [...at.keys()].map((i) => at.map((each, j) => (i === j ? k : each)));
        const together = [...new Set(at)].map((from) => at.map((each) => (each === from ? k : each)));
        const least = Math.min(...[...alone, ...together].map((moved) => costOf(gqap, moved)));
        if (Math.abs(least - now) < 1e-9) continue;
        expect(attracts(gqap, at, k)).toBe(least < now);
        seen[least < now ? 'yes' : 'no'] += 1;
      }
    }
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(10);
  });

  it('keeps where everything is, and where each service would cost least beside that', () => {
    let compared = 0;
    for (const { live, at } of drawn()) {
      const { gqap } = live;
      if (gqap.nearest.length > 0 || !Number.isFinite(costOf(gqap, at))) continue;
      const kept = worthwhile(gqap, at);
      for (const k of at) expect(kept).toContain(k);
      for (let i = 0; i < gqap.variables; i += 1) {
        const costs = Array.from({ length: gqap.locations }, (_, k) =>
          k === at[i] || !fits(gqap, at, i, k)
            ? Number.POSITIVE_INFINITY
            : costOf(
                gqap,
                at.map((each, j) => (i === j ? k : each)),
              ),
        );
        const least = Math.min(...costs);
        if (!Number.isFinite(least)) continue;
        expect([...kept].some((k) => costs[k]! <= least * (1 + 1e-5))).toBe(true);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(30);
  });
});

function fits({ demand, room, resources }: Gqap, at: Placement, i: number, k: number): boolean {
  for (let r = 0; r < resources; r += 1) {
    let use = demand[i * resources + r]!;
    at.forEach((each, j) => {
      if (each === k && j !== i) use += demand[j * resources + r]!;
    });
    if (demand[i * resources + r]! > 0 && use > room[k * resources + r]!) return false;
  }
  return true;
}
