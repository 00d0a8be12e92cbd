import type { LocalSearch } from './localsearch.ts';
import { pairAt } from './product.ts';
import type { LargeState } from './state.ts';
import { BIG, type Factor, FORBIDDEN, LIMIT } from './terms.ts';

/** What padding, and a location that is full, costs. */
const FULL = FORBIDDEN;

/**
 * Moves the members of a factor together to the best positions that they can have with everything else as it
 * is: two ends of a channel, or two parts that must be apart with what both share a channel with, which no
 * move of one or two of them can bring to where all three rules hold. Exact but for room that they take from
 * one another. False where staying is as good. O(positions squared).
 */
export function moveTogether(state: LargeState, search: LocalSearch, f: number): boolean {
  const factor = state.factors[f]!;
  const joint =
    state.joint[f] ??
    state.joint.find((each) => each !== undefined && factor.members.every((i) => each.parts.includes(i)));
  const before = Int32Array.from(search.at);
  if (joint) {
    const { parts, other, first, second } = joint;
    search.lift([...parts, other]);
    return settle(state, search, before, other, [
      { end: parts[0], factor: state.factors[first]! },
      { end: parts[1], factor: state.factors[second]!, apart: joint.kind },
    ]);
  }
  const [a, b] = factor.members;
  if (factor.nearest || factor.limit !== LIMIT.Delay || a === undefined || b === undefined) return false;
  search.lift([a, b]);
  return settle(state, search, before, b, [{ end: a, factor }]);
}

interface Arm {
  /** Variable at the end. */
  readonly end: number;
  /** Its factor with the middle. */
  readonly factor: Factor;
  /** What it must not share with the arm before. */
  readonly apart?: 'Zone' | 'Location';
}

/** All of them are lifted: the best position of the middle, then of each arm's end. */
function settle(
  state: LargeState,
  search: LocalSearch,
  before: Int32Array,
  middle: number,
  arms: readonly Arm[],
): boolean {
  const { m, table, wide, matrices } = state;
  const { f32, i32 } = matrices.arena;
  const [best, kind, second, classes, sum] = [wide[3]!, wide[4]!, wide[5]!, wide[6]!, wide[7]!];
  const all = [middle, ...arms.map(({ end }) => end)];
  for (const i of all) forbidFull(state, search, i);
  const kinds = arms.at(-1)!.apart;
  for (let p = 0; p < m; p += 1) i32[classes + p] = kinds === 'Zone' ? matrices.zone[p]! : p;
  f32.copyWithin(sum, table + middle * m, table + (middle + 1) * m);
  const firstBest = new Float32Array(m);
  const firstKind = new Int32Array(m);
  const firstSecond = new Float32Array(m);
  arms.forEach(({ end, factor }, arm) => {
    topTwoAt(state, factor, end, classes, best, kind, second);
    if (arm === 0) {
      firstBest.set(f32.subarray(best, best + m));
      firstKind.set(i32.subarray(kind, kind + m));
      firstSecond.set(f32.subarray(second, second + m));
    }
  });
  let least = Number.POSITIVE_INFINITY;
  let to = -1;
  for (let p = 0; p < m; p += 1) {
    let cost = f32[sum + p]!;
    if (arms.length === 1) cost += firstBest[p]!;
    else {
      const apart = Math.min(firstBest[p]! + f32[second + p]!, firstSecond[p]! + f32[best + p]!);
      cost += firstKind[p] === i32[kind + p] ? apart : firstBest[p]! + f32[best + p]!;
    }
    if (cost >= least) continue;
    least = cost;
    to = p;
  }
  const chosen = new Map<number, number>();
  if (to >= 0 && least < FULL / 2) chosen.set(middle, to);
  let taken = -1;
  for (const { end, factor, apart } of chosen.size > 0 ? arms : []) {
    let [low, at] = [Number.POSITIVE_INFINITY, -1];
    for (let p = 0; p < m; p += 1) {
      const calls = factor.members[0] === end;
      let cost =
        f32[table + end * m + p]! + (calls ? pairAt(state, factor, p, to) : pairAt(state, factor, to, p));
      if (apart && taken >= 0 && i32[classes + p] === i32[classes + taken]!) cost += BIG;
      if (cost < low) [low, at] = [cost, p];
    }
    chosen.set(end, at);
    taken = at;
  }
  const places = all.map((i) => chosen.get(i) ?? before[i]!);
  search.settle(all, places);
  return all.some((i, each) => places[each] !== before[i]);
}

/** The first arm is chosen without the second: what it takes from it is repaired by the next round. */
function forbidFull(state: LargeState, search: LocalSearch, i: number): void {
  const { m, table, matrices } = state;
  const { f32 } = matrices.arena;
  for (let p = 0; p < m; p += 1) if (!search.fits(i, p)) f32[table + i * m + p] = FULL;
}

function topTwoAt(
  state: LargeState,
  factor: Factor,
  end: number,
  classes: number,
  best: number,
  kind: number,
  second: number,
): void {
  const { m, table, matrices } = state;
  const side = factor.members[0] === end ? 'byCaller' : 'byCallee';
  matrices.arena.kernels.topTwo(
    table + end * m,
    classes,
    best,
    kind,
    second,
    m,
    m,
    matrices.delay[side],
    matrices.volume[side],
    matrices.loss[side],
    matrices.hard[side],
    factor.perMs,
    factor.perVolume,
    factor.perNat,
    factor.most,
    factor.penalty,
    factor.perNat > 0,
    factor.limit === LIMIT.Delay,
  );
  state.work += (m * m) >> 1;
}
