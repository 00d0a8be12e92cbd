import { describe, expect, it } from 'vitest';
import { randomGqap } from '../../../test/support/randomgqap.ts';
import { firstLabels } from './labels.ts';
import { LocalSearch } from './localsearch.ts';
import { relieve } from './relieve.ts';
import { LargeState } from './state.ts';

const NEVER = () => false;
const X = Number.POSITIVE_INFINITY;

/** Three services of one unit each, three locations with room for one; who may be where. */
function searchOf(
  unary: readonly number[],
  at: readonly number[],
): { state: LargeState; search: LocalSearch } {
  const { gqap } = randomGqap(1, { variables: 3, locations: 3, channels: 0, zones: 3, use: 0.5 });
  const state = new LargeState({
    ...gqap,
    resources: 1,
    unary: Float64Array.from(unary),
    demand: new Float64Array(3).fill(1),
    room: new Float64Array(3).fill(1),
  });
  firstLabels(state, true);
  const search = new LocalSearch(state);
  search.start(at.map((k) => state.matrices.position[k]!));
  return { state, search };
}

describe('making room', () => {
  it('sends another one away where the only way out is full', () => {
    const unary = [1, 1, X, X, 1, 2, 1, X, X];
    const { state, search } = searchOf(unary, [0, 1, 0]);
    search.run(NEVER);
    const before = [...search.at];
    expect(relieve(state, search, NEVER)).toBe(true);
    expect([...search.at]).not.toEqual(before);
    expect([...search.at].map((p) => state.matrices.location[p])).toEqual([1, 2, 0]);
  });

  it('says so where there is no way out', () => {
    const { state, search } = searchOf([1, 1, X, X, 1, X, 1, X, X], [0, 1, 0]);
    expect(relieve(state, search, NEVER)).toBe(false);
  });
});
