import type { Gqap } from '../gqap/gqap.ts';
import type { LocalSearch } from '../large/localsearch.ts';
import type { Oriented } from '../large/matrices.ts';
import { pairAt } from '../large/product.ts';
import type { LargeState } from '../large/state.ts';
import { mixtureOf } from '../large/terms.ts';
import type { Touched } from './livemodel.ts';

/**
 * Takes what changed at one location over into the rows of a search: its column of unary costs, its room,
 * what lies between it and others, and the column of the table of the local search. Labels and messages are
 * left as they are. O(variables x own channels), and a row for each neighbour of what is there.
 */
export function takeOver(state: LargeState, search: LocalSearch, gqap: Gqap, touched: Touched): void {
  const { n, m, R, room, unary, table, matrices, slotsOf, factors } = state;
  const { f32 } = matrices.arena;
  const { k, pairs, rows } = touched;
  const p = matrices.position[k]!;
  for (let r = 0; r < R; r += 1) room[p * R + r] = Math.max(0, gqap.room[k * R + r]!);
  if (pairs) takeVolume(state, gqap, k);
  for (let i = 0; i < n; i += 1) f32[unary + i * m + p] = state.unaryOf(i, k);
  const whole = new Set(rows);
  for (const i of rows)
    for (let l = 0; l < gqap.locations; l += 1)
      f32[unary + i * m + matrices.position[l]!] = state.unaryOf(i, l);
  for (let i = 0; i < n; i += 1) {
    const nearest = slotsOf[i]!.some(({ factor }) => factors[factor]!.nearest);
    if (nearest || whole.has(i) || (pairs && hasNeighbourOn(state, search, i, p))) search.refresh(i);
    else f32[table + i * m + p] = entryAt(state, search, i, p);
  }
}

function hasNeighbourOn(
  { slotsOf, slotsIn }: LargeState,
  { at }: LocalSearch,
  i: number,
  p: number,
): boolean {
  return slotsOf[i]!.some(({ factor }) =>
    slotsIn[factor]!.some(({ variable }) => variable !== i && at[variable] === p),
  );
}

/** One entry of the table, where no factor takes the nearest of several. */
function entryAt(state: LargeState, { at }: LocalSearch, i: number, p: number): number {
  let cost = state.matrices.arena.f32[state.unary + i * state.m + p]!;
  for (const slot of state.slotsOf[i]!) {
    const members = state.slotsIn[slot.factor]!;
    const factor = state.factors[slot.factor]!;
    const calls = members[0] === slot;
    const other = at[members[calls ? 1 : 0]!.variable]!;
    cost += calls ? pairAt(state, factor, p, other) : pairAt(state, factor, other, p);
  }
  return cost;
}

function takeVolume({ matrices, m }: LargeState, gqap: Gqap, k: number): void {
  const { position, arena, volume } = matrices;
  const { locations, network } = gqap;
  const { usd, grams } = mixtureOf(gqap);
  const p = position[k]!;
  for (let l = 0; l < locations; l += 1) {
    const q = position[l]!;
    const [out, back] = [k * locations + l, l * locations + k];
    write(arena.f32, volume, m, p, q, usd * network.usd[out]! + grams * network.grams[out]!);
    write(arena.f32, volume, m, q, p, usd * network.usd[back]! + grams * network.grams[back]!);
  }
}

function write(
  f32: Float32Array,
  { byCaller, byCallee }: Oriented,
  m: number,
  from: number,
  to: number,
  value: number,
): void {
  f32[byCaller + from * m + to] = value;
  if (byCallee !== byCaller) f32[byCallee + to * m + from] = value;
}
