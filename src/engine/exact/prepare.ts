import type { Gqap } from '../gqap/gqap.ts';
import { allocate } from './allocate.ts';
import { layOutFactors, writeFactors } from './factors.ts';
import { LocalNetwork, largestFinite } from './localnetwork.ts';
import { mergePairs } from './mergepairs.ts';
import { orderVariables } from './order.ts';
import { layOutPairs, writePairs } from './pairs.ts';
import { doublesOf, intsOf, POOL } from './pool.ts';
import { type Goal, State } from './state.ts';

/**
 * Lays a problem out for the search: labels that no variable may use are dropped, pairs between the same
 * variables merged, matrices filled in both orientations for the labels that their ends may use, variables
 * ordered. O(pairs x labels squared). Undefined where `goOn`, told of the work after each pair, has said no.
 */
export function prepare(
  gqap: Gqap,
  goal: Goal,
  goOn: (work: number) => boolean = () => true,
): State | undefined {
  const location = usableLocations(gqap);
  const state = new State(gqap, location.length, location);
  layOutVariables(state, goal);
  const merged = mergePairs(gqap, goal);
  layOutFactors(state);
  layOutPairs(state, merged);
  const network = new LocalNetwork(state, goal);
  state.hard = network.hardDelay;
  setCeiling(state, goal, merged, network);
  if (!writePairs(state, merged, network, goOn)) return undefined;
  if (!writeFactors(state, network, goOn)) return undefined;
  orderVariables(state);
  allocate(state);
  return state;
}

function usableLocations({ variables, locations, unary, nearest }: Gqap): Int32Array {
  const used = new Uint8Array(locations);
  for (let i = 0; i < variables; i += 1) {
    for (let k = 0; k < locations; k += 1)
      if (unary[i * locations + k] !== Number.POSITIVE_INFINITY) used[k] = 1;
  }
  for (const { caller, callerLocation } of nearest) if (caller < 0) used[callerLocation] = 1;
  const usable = new Int32Array(locations);
  let count = 0;
  for (let k = 0; k < locations; k += 1) {
    if (used[k] === 0) continue;
    usable[count] = k;
    count += 1;
  }
  return usable.subarray(0, count);
}

/** Unary costs, room and zones by label, and the labels that rules on the variable alone leave. */
function layOutVariables(state: State, goal: Goal): void {
  const { gqap, n, m, R, location } = state;
  const unary = doublesOf(POOL.unary, n * m);
  const may = intsOf(POOL.may, n * m);
  const mayCount = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < m; k += 1) {
      const cost = gqap.unary[i * gqap.locations + location[k]!]!;
      const allowed = cost !== Number.POSITIVE_INFINITY;
      unary[i * m + k] = goal === 'Feasibility' && allowed ? 0 : cost;
      if (!allowed) continue;
      may[i * m + mayCount[i]!] = k;
      mayCount[i] = mayCount[i]! + 1;
    }
  }
  const room = new Float64Array(m * R);
  const zone = new Int32Array(m);
  for (let k = 0; k < m; k += 1) {
    zone[k] = gqap.zone[location[k]!]!;
    for (let r = 0; r < R; r += 1) room[k * R + r] = Math.max(0, gqap.room[location[k]! * R + r]!);
  }
  state.unary = unary;
  state.may = may;
  state.mayCount = mayCount;
  state.demand = gqap.demand;
  state.room = room;
  state.zone = zone;
}

/** What no placement can cost, and what a forbidden combination costs: more than any that is allowed. */
function setCeiling(
  state: State,
  goal: Goal,
  merged: ReturnType<typeof mergePairs>,
  network: LocalNetwork,
): void {
  const { n, m, unary } = state;
  let worst = balanceCeiling(state);
  for (const { parts } of merged) for (const { terms } of parts) worst += network.most(terms);
  for (const factor of state.gqap.nearest) worst += network.most(factor);
  for (let i = 0; i < n; i += 1) worst += largestFinite(unary.subarray(i * m, i * m + m), m);
  state.ceiling = goal === 'Feasibility' ? 1e-3 : worst + 1;
  state.big = goal === 'Feasibility' ? 1 : 2 * state.ceiling;
  state.ub = state.ceiling;
}

/** What balance can cost at most: every location fully used. */
function balanceCeiling({ gqap: { balance, room, resources, locations } }: State): number {
  if (!balance) return 0;
  let worst = 0;
  for (let k = 0; k < locations; k += 1) {
    let share = 0;
    for (let r = 0; r < resources; r += 1) {
      const free = balance.free[k * resources + r]!;
      if (free > 0) share = Math.max(share, room[k * resources + r]! / free);
    }
    worst += balance.weight * Math.max(0, share - balance.knee) ** 2;
  }
  return worst;
}
