import { removeDead } from './labels.ts';
import { refreshUnary, stepPrices } from './node.ts';
import { roundLabels } from './round.ts';
import { EPS, type State } from './state.ts';
import { sweep } from './sweep.ts';

/** Passes without a better bound until the best state is taken up again with a smaller step. */
const PATIENCE = 3;
const SHRINK = 0.6;

/** What `optimise` ends with where no label set can hold a placement better than the incumbent. */
export const PRUNED = Number.POSITIVE_INFINITY;

/**
 * Raises the bound at a node: passes of a forward and a backward sweep, fixing of labels, rounding and a
 * price step. Ends in the state of its best pass, with its reduced costs in `keptTh` on the bound `keptBase`
 * and its rounding in `rounded`. Returns that bound, or PRUNED. `between` runs after each pass; it may
 * improve the incumbent, and ends the passes by false.
 */
export function optimise(
  state: State,
  passes: number,
  firstStep: number,
  between: (bound: number, pass: number) => boolean,
): number {
  const { direction, dead } = state;
  // Marks left by a node that was pruned in mid-sweep would remove live labels here.
  dead.fill(0);
  direction.fill(0);
  refreshUnary(state);
  let best = Number.NEGATIVE_INFINITY;
  let step = firstStep;
  let stalled = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    const forward = sweep(state, true, 0);
    if (forward > state.ub - EPS) return PRUNED;
    const backward = sweep(state, false, forward);
    const bound = Math.max(forward, backward);
    if (bound > state.ub - EPS) return PRUNED;
    if (bound > best) {
      best = bound;
      stalled = 0;
      keep(state, forward);
    } else {
      stalled += 1;
      if (stalled === PATIENCE) {
        restore(state);
        stalled = 0;
        step *= SHRINK;
      }
    }
    if (!removeDead(state)) return PRUNED;
    roundLabels(state);
    if (!between(best, pass)) break;
    if (best > state.ub - EPS) return PRUNED;
    if (pass + 1 === passes) break;
    stepPrices(state, step, gapOf(state, best));
    refreshUnary(state);
  }
  restore(state);
  refreshUnary(state);
  roundLabels(state);
  return best;
}

/** Distance that the price step is scaled by; a guess while no placement is known. */
function gapOf({ ub, found, ceiling }: State, bound: number): number {
  // The feasibility version has no cost that a step could be scaled by.
  if (ceiling < 0.01) return 10;
  return found ? ub - bound : 0.05 + 0.3 * Math.abs(bound);
}

function keep(state: State, base: number): void {
  const { m, th, keptTh, cnt, active, actives } = state;
  for (let at = 0; at < actives; at += 1) {
    const first = active[at]! * m;
    for (let t = 0; t < cnt[active[at]!]!; t += 1) keptTh[first + t] = th[first + t]!;
  }
  copyMessages(state, state.msg, state.keptMsg);
  const slots = state.slotVariable.length;
  copySlots(state, slots, state.slotMsg, state.keptSlotMsg);
  copySlots(state, slots, state.slotPhi, state.keptSlotPhi);
  state.keptPrice.set(state.price);
  state.keptBase = base;
}

function restore(state: State): void {
  copyMessages(state, state.keptMsg, state.msg);
  const slots = state.slotVariable.length;
  copySlots(state, slots, state.keptSlotMsg, state.slotMsg);
  copySlots(state, slots, state.keptSlotPhi, state.slotPhi);
  state.price.set(state.keptPrice);
}

/** Messages of the open pairs, both ways. */
function copyMessages(state: State, from: Float64Array, to: Float64Array): void {
  const { m, cnt, active, actives, openStart, openEnd, openPair, openSide } = state;
  for (let at = 0; at < actives; at += 1) {
    const i = active[at]!;
    const count = cnt[i]!;
    for (let e = openStart[i]!; e < openEnd[i]!; e += 1) {
      const offset = (2 * openPair[e]! + openSide[e]!) * m;
      for (let t = 0; t < count; t += 1) to[offset + t] = from[offset + t]!;
    }
    state.work += count * (openEnd[i]! - openStart[i]!);
  }
}

function copySlots(state: State, slots: number, from: Float64Array, to: Float64Array): void {
  const { m, cnt, slotVariable } = state;
  for (let slot = 0; slot < slots; slot += 1) {
    const count = cnt[slotVariable[slot]!]!;
    for (let t = 0; t < count; t += 1) to[slot * m + t] = from[slot * m + t]!;
  }
}
