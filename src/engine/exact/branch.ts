import type { State } from './state.ts';

/** Weight of an open neighbour beside the demand of a variable. */
const DEGREE_WEIGHT = 0.2;

export interface Choice {
  variable: number;
  /** Position of the label in the variable's list. */
  at: number;
}

/**
 * The variable to decide next, and its rounded label: on the most overloaded location of the rounding, or
 * anywhere if none is, the one of largest demand and most open neighbours. The relaxation cheats by splitting
 * connected variables in step, half here and half there: fixing one with many channels breaks that.
 * Undefined: every variable has one label.
 */
export function chooseBranch(state: State, goal: 'Cost' | 'Feasibility'): Choice | undefined {
  const { n, m, R, cnt, rounded, pos, demand, room } = state;
  const crowded = goal === 'Cost' ? mostOverloaded(state) : -1;
  let variable = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let pass = 0; pass < 2 && variable < 0; pass += 1) {
    for (let i = 0; i < n; i += 1) {
      if (cnt[i]! < 2) continue;
      const k = rounded[i]!;
      if (pass === 0 && crowded >= 0 && k !== crowded) continue;
      const open = openNeighbours(state, i);
      let score = DEGREE_WEIGHT * open;
      if (goal === 'Feasibility') score = -cnt[i]! / (0.5 + open);
      else
        for (let r = 0; r < R; r += 1) {
          const capacity = room[k * R + r]!;
          if (capacity > 0) score += demand[i * R + r]! / capacity;
        }
      if (score > most) {
        most = score;
        variable = i;
      }
    }
  }
  return variable < 0 ? undefined : { variable, at: Math.max(0, pos[variable * m + rounded[variable]!]!) };
}

function mostOverloaded({ m, R, use, room }: State): number {
  let crowded = -1;
  let most = 1e-9;
  for (let at = 0; at < m * R; at += 1) {
    if (use[at]! <= room[at]! || room[at]! <= 0) continue;
    const excess = use[at]! / room[at]! - 1;
    if (excess > most) {
      most = excess;
      crowded = Math.floor(at / R);
    }
  }
  return crowded;
}

function openNeighbours(state: State, i: number): number {
  const { cnt, adjStart, adjOther, variableSlots, variableSlotStart, slotFactor, factorStart, slotVariable } =
    state;
  let open = 0;
  for (let e = adjStart[i]!; e < adjStart[i + 1]!; e += 1) if (cnt[adjOther[e]!]! > 1) open += 1;
  for (let v = variableSlotStart[i]!; v < variableSlotStart[i + 1]!; v += 1) {
    const f = slotFactor[variableSlots[v]!]!;
    for (let e = factorStart[f]!; e < factorStart[f + 1]!; e += 1) {
      const j = slotVariable[e]!;
      if (j !== i && cnt[j]! > 1) open += 0.5;
    }
  }
  return open;
}
