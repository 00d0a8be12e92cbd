import { describe, expect, it } from 'vitest';
import { randomGqap } from '../../../test/support/randomgqap.ts';
import { type NearestFactor, PAIR_RULE } from '../gqap/gqap.ts';
import { exactBound } from './bound.ts';
import { firstLabels, split } from './labels.ts';
import { SoftDemand } from './softdemand.ts';
import { LargeState } from './state.ts';
import { sweep } from './sweep.ts';

const NEVER = () => false;

/** Twelve services on twenty locations in four groups; two of them call the nearest of two others. */
function stateOf(seed: number): LargeState {
  const { gqap } = randomGqap(seed, { variables: 12, locations: 20, channels: 1.5, zones: 4, use: 0.05 });
  const nearest = [0, 1].map(
    (caller): NearestFactor => ({
      caller,
      callerLocation: -1,
      callees: Int32Array.of(2, 3),
      perMs: 0.01,
      perUSD: 1,
      perGram: 0.001,
      perNat: 2,
      maxDelay: Number.POSITIVE_INFINITY,
      rule: PAIR_RULE.Any,
      mbps: 0,
    }),
  );
  const state = new LargeState({ ...gqap, nearest }, { single: 0, labels: 24 });
  firstLabels(state, false);
  return state;
}

describe('splitting a group', () => {
  it.each([1, 2, 3, 4])('by %i locations lowers no bound, whichever way the next sweep goes', (count) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      for (const forward of [true, false]) {
        const state = stateOf(seed);
        const demand = new SoftDemand(state);
        demand.clear(1);
        const pass = (along: boolean) => sweep(state, along, demand, NEVER)!;
        pass(!forward);
        const before = pass(forward);
        const positions = [...state.matrices.location.keys()].filter((p) => state.matrices.location[p]! >= 0);
        expect(split(state, positions.slice(seed % 7, (seed % 7) + count))).toBe(count);
        const exact = (exactBound(state) - state.gqap.constant) / state.scale;
        if (!forward) expect(exact, `seed ${seed}`).toBeGreaterThan(before - 1e-5);
        expect(pass(!forward), `seed ${seed}, ${forward}`).toBeGreaterThan(before - 1e-5);
      }
    }
  });
});
