import type { LocalSearch } from './localsearch.ts';
import { pairAt } from './product.ts';
import type { LargeState } from './state.ts';
import { BIG, type Factor, FORBIDDEN, LIMIT } from './terms.ts';

/** What padding, and a location that is full, costs. */
const FULL = FORBIDDEN;
/** Kernels pass over rows that are as dear as a number can be. */
const SKIPPED = 3.4028234663852886e38;
/** Positions of an end that are looked at first. */
const NEAREST = 48;

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

/**
 * All of them are lifted: the best position of the middle, then of each arm's end. First only with the nearest
 * positions of the ends; what that comes to says how dear a position of an end may be to be looked at at all.
 */
function settle(
  state: LargeState,
  search: LocalSearch,
  before: Int32Array,
  middle: number,
  arms: readonly Arm[],
): boolean {
  const { m, table, wide, matrices } = state;
  const { f32, i32 } = matrices.arena;
  const classes = wide[6]!;
  const all = [middle, ...arms.map(({ end }) => end)];
  for (const i of all) forbidFull(state, search, i);
  const kinds = arms.at(-1)!.apart;
  for (let p = 0; p < m; p += 1) i32[classes + p] = kinds === 'Zone' ? matrices.zone[p]! : p;
  const sorted = all.map((i) => f32.slice(table + i * m, table + (i + 1) * m).sort());
  const least = sorted.map(([low]) => low!);
  const floor = least.reduce((sum, low) => sum + low, 0);
  const near = arms.map((_, arm) => sorted[arm + 1]![NEAREST] ?? FULL);
  let found = bestMiddle(state, middle, arms, near);
  const within = arms.map((_, arm) => Math.min(FULL, found.cost - floor + least[arm + 1]!));
  if (within.some((cutoff, arm) => cutoff > near[arm]!)) found = bestMiddle(state, middle, arms, within);
  const to = found.at;
  const chosen = new Map<number, number>();
  if (to >= 0 && found.cost < FULL / 2) chosen.set(middle, to);
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

/** Position of the middle that costs least together with ends that cost less than their cutoffs; -1. */
function bestMiddle(
  state: LargeState,
  middle: number,
  arms: readonly Arm[],
  cutoffs: readonly number[],
): { cost: number; at: number } {
  const { m, table, wide, matrices } = state;
  const { f32, i32 } = matrices.arena;
  const [best, kind, second] = [wide[3]!, wide[4]!, wide[5]!];
  const firstBest = new Float32Array(m);
  const firstKind = new Int32Array(m);
  const firstSecond = new Float32Array(m);
  arms.forEach((arm, index) => {
    topTwoAt(state, arm, cutoffs[index]!);
    if (index > 0) return;
    firstBest.set(f32.subarray(best, best + m));
    firstKind.set(i32.subarray(kind, kind + m));
    firstSecond.set(f32.subarray(second, second + m));
  });
  let [least, to] = [Number.POSITIVE_INFINITY, -1];
  for (let p = 0; p < m; p += 1) {
    let cost = f32[table + middle * m + p]!;
    if (arms.length === 1) cost += firstBest[p]!;
    else {
      const apart = Math.min(firstBest[p]! + f32[second + p]!, firstSecond[p]! + f32[best + p]!);
      cost += firstKind[p] === i32[kind + p] ? apart : firstBest[p]! + f32[best + p]!;
    }
    if (cost < least) [least, to] = [cost, p];
  }
  return { cost: least, at: to };
}

/** The first arm is chosen without the second: what it takes from it is repaired by the next round. */
function forbidFull(state: LargeState, search: LocalSearch, i: number): void {
  const { m, table, matrices } = state;
  const { f32 } = matrices.arena;
  for (let p = 0; p < m; p += 1) if (!search.fits(i, p)) f32[table + i * m + p] = FULL;
}

/** Rows at the cutoff or above are skipped. */
function topTwoAt(state: LargeState, { end, factor }: Arm, cutoff: number): void {
  const { m, table, wide, matrices } = state;
  const { f32 } = matrices.arena;
  const [from, best, kind, second, classes] = [wide[2]!, wide[3]!, wide[4]!, wide[5]!, wide[6]!];
  const side = factor.members[0] === end ? 'byCaller' : 'byCallee';
  let rows = 0;
  for (let p = 0; p < m; p += 1) {
    const own = f32[table + end * m + p]!;
    if (own < cutoff) rows += 1;
    f32[from + p] = own < cutoff ? own : SKIPPED;
  }
  matrices.arena.kernels.topTwo(
    from,
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
  state.work += (rows * m) >> 1;
}
