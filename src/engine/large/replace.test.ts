import { describe, expect, it } from 'vitest';
import { randomGqap } from '../../../test/support/randomgqap.ts';
import { Budget } from '../budget.ts';
import { costOf, fits } from '../gqap/cost.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { LargeSearch } from './largesearch.ts';
import { solveLarge } from './solvelarge.ts';

const budgetOf = (work: number) => new Budget({ work, clock: () => 0, cancelled: () => false });
const { gqap } = randomGqap(11, {
  variables: 40,
  locations: 160,
  channels: 1.4,
  zones: 20,
  use: 0.05,
  limited: 0.2,
  parted: 0.05,
});

/** The problem with other costs on the locations in use. */
function dearer(used: Int32Array, factor: number): Gqap {
  const changed = new Set([...used].slice(0, 8));
  return {
    ...gqap,
    unary: gqap.unary.map((cost, at) => (changed.has(at % gqap.locations) ? cost * factor : cost)),
  };
}

describe('placing again after a change', () => {
  it('gives a placement of the changed problem, no dearer than staying, and a bound on it', () => {
    const search = new LargeSearch(gqap, undefined, budgetOf(1e12));
    const before = search.solve(1, { passes: 40 });
    const changed = dearer(before.at!, 1.6);
    const at = search.replace(changed, undefined, budgetOf(1e9))!;
    expect(fits(changed, at)).toBe(true);
    expect(costOf(changed, at)).toBeLessThan(costOf(changed, before.at!));
    const kept = search.result();
    expect(kept.objective).toBeCloseTo(costOf(changed, at), 9);
    const again = search.replace(changed, undefined, budgetOf(1e9), true)!;
    expect(costOf(changed, again)).toBeLessThanOrEqual(costOf(changed, at));
    const fresh = solveLarge(changed, undefined, budgetOf(1e12), 1, { passes: 40 });
    expect(kept.lowerBound).toBeLessThanOrEqual(fresh.objective + 1e-9);
    expect(() => search.replace(changed, undefined, budgetOf(1e9))).toThrow('another problem');
  });

  it('leaves what lost its room', () => {
    const search = new LargeSearch(gqap, undefined, budgetOf(1e12));
    const before = search.solve(1, { passes: 20 }).at!;
    const gone = before[0]!;
    const changed: Gqap = {
      ...gqap,
      room: gqap.room.map((room, at) => (Math.floor(at / gqap.resources) === gone ? 0 : room)),
      unary: gqap.unary.map((cost, at) => (at % gqap.locations === gone ? Number.POSITIVE_INFINITY : cost)),
    };
    const at = search.replace(changed, undefined, budgetOf(1e10))!;
    expect([...at]).not.toContain(gone);
    expect(fits(changed, at)).toBe(true);
    expect(costOf(changed, at)).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});
