import { describe, expect, it } from 'vitest';
import { randomGqap } from '../../../test/support/randomgqap.ts';
import { assignments, randomOf } from '../../../test/support/randomproblem.ts';
import { Budget } from '../budget.ts';
import { costOf, fits } from '../gqap/cost.ts';
import { type Gqap, type NearestFactor, PAIR_RULE } from '../gqap/gqap.ts';
import { solveLarge } from './solvelarge.ts';

const budget = () => new Budget({ work: 1e8, clock: () => 0, cancelled: () => false });

/**
 * Services a (parts 0 and 1), b (parts 2 and 3) and c (4), parts apart: both parts of a call c, those of a and
 * c each call the nearest part of b. `nearest` false leaves out the latter.
 */
function inParts(seed: number, nearest: boolean): Gqap {
  const { gqap } = randomGqap(seed, { variables: 5, locations: 4, channels: 0, zones: 2, use: 0.25 });
  const random = randomOf(seed + 1000);
  const rule = random() < 0.5 ? PAIR_RULE.OtherZone : PAIR_RULE.OtherLocation;
  const turned = random() < 0.5;
  const weight = 0.2 + 3 * random();
  const terms = { perMs: 0.004 * weight, perUSD: weight, perGram: 0.001 * weight, perNat: 2 * weight };
  const limit = random() < 0.3 ? 60 : Number.POSITIVE_INFINITY;
  const rows = [
    ...[0, 1].map((part) => ({ ends: turned ? [4, part] : [part, 4], ...terms, limit, rule: PAIR_RULE.Any })),
    ...[[0, 1], ...(nearest ? [[2, 3]] : [])].map((ends) => ({
      ends,
      perMs: 0,
      perUSD: 0,
      perGram: 0,
      perNat: 0,
      limit: Number.POSITIVE_INFINITY,
      rule,
    })),
  ];
  const column = (of: 'perMs' | 'perUSD' | 'perGram' | 'perNat' | 'limit') =>
    Float64Array.from(rows, (row) => row[of]);
  const callers = nearest ? [0, 1, 4] : [];
  return {
    ...gqap,
    pairs: {
      count: rows.length,
      from: Int32Array.from(rows, ({ ends }) => ends[0]!),
      to: Int32Array.from(rows, ({ ends }) => ends[1]!),
      perMs: column('perMs'),
      perUSD: column('perUSD'),
      perGram: column('perGram'),
      perNat: column('perNat'),
      maxDelay: column('limit'),
      rule: Uint8Array.from(rows, (row) => row.rule),
      mbps: new Float64Array(rows.length),
    },
    nearest: callers.map(
      (caller): NearestFactor => ({
        caller,
        callerLocation: -1,
        callees: Int32Array.of(2, 3),
        ...terms,
        maxDelay: Number.POSITIVE_INFINITY,
        rule: PAIR_RULE.Any,
        mbps: 0,
      }),
    ),
  };
}

function optimumOf(gqap: Gqap): number {
  let best = Number.POSITIVE_INFINITY;
  for (const at of assignments(gqap.variables, gqap.locations))
    if (fits(gqap, at)) best = Math.min(best, costOf(gqap, at));
  return best;
}

describe('services in parts on the large path', () => {
  it.each([
    ['single locations', 100],
    ['groups that are split', 0],
  ])('are never bounded above the optimum, with callers and callees in parts, %s', (_, single) => {
    let feasible = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const gqap = inParts(seed, true);
      const optimum = optimumOf(gqap);
      if (optimum < Number.POSITIVE_INFINITY) feasible += 1;
      for (const passes of [0, 1, 3, 20]) {
        const { lowerBound } = solveLarge(gqap, undefined, budget(), seed, { single, labels: 8, passes });
        expect(lowerBound, `seed ${seed}, ${passes} passes`).toBeLessThanOrEqual(optimum + 1e-9);
      }
    }
    expect(feasible).toBeGreaterThan(30);
  });

  it('pay in the bound for the distance between parts that share a channel', () => {
    let tight = 0;
    let count = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const plain = inParts(seed, false);
      const gqap = { ...plain, room: plain.room.map(() => 1e3) };
      const optimum = optimumOf(gqap);
      if (optimum === Number.POSITIVE_INFINITY) continue;
      count += 1;
      const { lowerBound } = solveLarge(gqap, undefined, budget(), seed, { single: 100, passes: 60 });
      expect(lowerBound).toBeLessThanOrEqual(optimum + 1e-9);
      if (lowerBound > optimum - 1e-4 * (optimum - gqap.constant)) tight += 1;
    }
    expect(count).toBeGreaterThan(50);
    expect(tight).toBe(count);
  });
});
