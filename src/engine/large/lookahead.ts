import { paddedLabels } from './labels.ts';
import { addPlaced } from './placed.ts';
import { addRow } from './product.ts';
import type { LargeState } from './state.ts';
import { BIG, FORBIDDEN } from './terms.ts';

/** What a variable without room costs a beginning: more than an average placement. */
const OVERFULL = BIG;

/** A beginning of a placement. */
interface Partial {
  readonly at: Int32Array;
  readonly use: Float64Array;
  score: number;
}

interface Child {
  readonly parent: number;
  readonly p: number;
  readonly score: number;
}

/**
 * Places the variables in the order of the sweeps, each where its own cost, the exact cost to what is placed
 * and the messages of what is not are least in sum. Capacity is kept, but for a variable that finds no room left:
 * moving others away is for the local search. A beam of `width` beginnings. Returns positions, or undefined where
 * a variable may be nowhere. O(width x factors x positions).
 */
export function lookAhead(state: LargeState, width: number, prices = true): Int32Array | undefined {
  const { order, n, m, R, demand, slotsOf, wide, scratch, unary, price, single, labelOf } = state;
  const { kernels, f32, i32 } = state.matrices.arena;
  const row = wide[0]!;
  const values = scratch[3]!;
  const length = paddedLabels(state);
  const rows = { add: addRow, spare: [wide[1]!, wide[2]!] as const, length: m };
  let beam: Partial[] = [{ at: new Int32Array(n).fill(-1), use: new Float64Array(m * R), score: 0 }];
  for (const i of order) {
    const children: Child[] = [];
    beam.forEach((begun, parent) => {
      f32.copyWithin(row, unary + i * m, unary + (i + 1) * m);
      f32.fill(0, values, values + length);
      let counted = 0;
      for (const slot of slotsOf[i]!) {
        if (addPlaced(state, slot, begun.at, row, rows))
          counted += countedBefore(state, slot.factor, i, begun.at);
        else kernels.addScaled(values, slot.message, 1, length);
      }
      for (let label = 0; prices && label < state.labels; label += 1) {
        if (single[label]! < 0) continue;
        for (let r = 0; r < R; r += 1)
          f32[values + label] = f32[values + label]! + price[label * R + r]! * demand[i * R + r]!;
      }
      kernels.expand(row, values, labelOf, m);
      const cheapest = f32.indexOf(kernels.least(row, m), row) - row;
      const cost = f32[row + cheapest]!;
      let found = 0;
      for (; found < width; found += 1) {
        const p = cheapestFit(state, i, row, begun.use);
        if (p < 0) break;
        children.push({ parent, p, score: begun.score + f32[row + p]! - counted });
        f32[row + p] = FORBIDDEN;
      }
      if (found === 0 && cost < FORBIDDEN / 2)
        children.push({ parent, p: cheapest, score: begun.score + cost + OVERFULL - counted });
    });
    if (children.length === 0) return undefined;
    children.sort((a, b) => a.score - b.score || a.parent - b.parent || a.p - b.p);
    const taken = new Set<number>();
    beam = children.slice(0, width).map(({ parent, p, score }) => {
      const from = beam[parent]!;
      // The first child goes on in its parent's arrays unless another still needs them as they are.
      const shared =
        width > 1 && children.slice(0, width).filter((child) => child.parent === parent).length > 1;
      const next = shared || taken.has(parent) ? { at: from.at.slice(), use: from.use.slice(), score } : from;
      taken.add(parent);
      next.score = score;
      return place(next, i, p);
    });
    state.work += beam.length * m;
  }
  return beam[0]!.at;

  function place(begun: Partial, i: number, p: number): Partial {
    begun.at[i] = p;
    for (let r = 0; r < R; r += 1) begun.use[p * R + r] = begun.use[p * R + r]! + demand[i * R + r]!;
    return begun;
  }

  /** What the message of the factor already counted when its members were placed. */
  function countedBefore(of: LargeState, factor: number, i: number, at: Int32Array): number {
    let sum = 0;
    for (const { variable, message } of of.slotsIn[factor]!) {
      if (variable !== i && at[variable]! >= 0) sum += f32[message + i32[labelOf + at[variable]!]!]!;
    }
    return sum;
  }
}

/** Cheapest position of a row where the variable fits beside `use`; -1. What does not fit is forbidden in the row. */
function cheapestFit(state: LargeState, i: number, row: number, use: Float64Array): number {
  const { m, R, demand, room } = state;
  const { kernels, f32 } = state.matrices.arena;
  for (;;) {
    const least = kernels.least(row, m);
    if (least >= FORBIDDEN / 2) return -1;
    const p = f32.indexOf(least, row) - row;
    let fits = true;
    for (let r = 0; fits && r < R; r += 1) {
      const amount = demand[i * R + r]!;
      fits = amount <= 0 || use[p * R + r]! + amount <= room[p * R + r]!;
    }
    if (fits) return p;
    f32[row + p] = FORBIDDEN;
  }
}
