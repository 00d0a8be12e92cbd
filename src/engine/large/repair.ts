import { moveTogether } from './jointmove.ts';
import type { LocalSearch } from './localsearch.ts';
import { breaks } from './product.ts';
import type { LargeState } from './state.ts';
import { BIG } from './terms.ts';

/** Few variables have few ways out. */
const MOST_ROUNDS = 60;

/**
 * Gets a local search out of a minimum in which rules are broken (breakout, Morris 1993): what stays broken
 * costs more from round to round, until something else gives way. False where it ended with broken rules.
 */
export function repair(state: LargeState, search: LocalSearch, stop: () => boolean): boolean {
  const { factors, n } = state;
  const most = Math.min(MOST_ROUNDS, 2 * n);
  const raised = new Set<number>();
  let broken = brokenFactors(state, search.at);
  for (let round = 0; broken.length > 0 && round < most && !stop(); round += 1) {
    for (const f of broken) {
      factors[f]!.penalty += BIG;
      raised.add(f);
    }
    touch(state, search, broken);
    for (const f of broken) if (!stop()) moveTogether(state, search, f);
    search.run(stop, { confirm: false });
    broken = brokenFactors(state, search.at);
  }
  for (const f of raised) factors[f]!.penalty = BIG;
  touch(state, search, [...raised]);
  return broken.length === 0;
}

function touch(state: LargeState, search: LocalSearch, factors: readonly number[]): void {
  for (const i of new Set(factors.flatMap((f) => [...state.factors[f]!.members]))) {
    search.refresh(i);
    search.flag(i);
  }
}

/** Factors whose rule does not hold; a nearest-factor holds with any of its callees. O(factors) */
function brokenFactors(state: LargeState, at: Int32Array): number[] {
  const broken: number[] = [];
  state.factors.forEach((factor, f) => {
    const { members, nearest, callerLocation } = factor;
    const outside = callerLocation >= 0;
    const caller = outside ? state.matrices.position[callerLocation]! : at[members[0]!]!;
    const callees = outside ? members : members.slice(1);
    const held = callees.some((callee) => !breaks(state, factor, caller, at[callee]!));
    if (!held && (nearest || !outside)) broken.push(f);
  });
  return broken;
}
