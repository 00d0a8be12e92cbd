import type { NearestFactor } from '../gqap/gqap.ts';
import type { Ends, LocalNetwork } from './localnetwork.ts';
import { ENTRY_WORK } from './pairs.ts';
import type { State } from './state.ts';

/** Members of the nearest factors as slots: the caller first, where it is a variable. */
export function layOutFactors(state: State): void {
  const { m } = state;
  const nearest: readonly NearestFactor[] = state.gqap.nearest;
  const members = nearest.map(({ caller, callees }) => (caller < 0 ? [...callees] : [caller, ...callees]));
  state.factors = nearest.length;
  state.factorCaller = Int32Array.from(nearest, ({ caller }) => caller);
  state.factorGiven = Int32Array.from(nearest, ({ callerLocation }) =>
    callerLocation < 0 ? -1 : state.location.indexOf(callerLocation),
  );
  state.factorRows = new Int32Array(nearest.length);
  state.factorRowsT = new Int32Array(nearest.length);
  state.factorEntries = nearest.reduce((sum, { caller }) => sum + 2 * m * (caller < 0 ? 1 : m), 0);
  state.factorStart = new Int32Array(nearest.length + 1);
  members.forEach((of, f) => {
    state.factorStart[f + 1] = state.factorStart[f]! + of.length;
  });
  state.slotVariable = Int32Array.from(members.flat());
  state.slotFactor = Int32Array.from(members.flatMap((of, f) => of.map(() => f)));
  const count = state.slotVariable.length;
  const slots = [...state.slotVariable.keys()].sort(
    (x, y) => state.slotVariable[x]! - state.slotVariable[y]! || x - y,
  );
  state.variableSlots = Int32Array.from(slots);
  state.variableSlotStart = new Int32Array(state.n + 1);
  for (const slot of slots) {
    const next = state.slotVariable[slot]! + 1;
    state.variableSlotStart[next] = state.variableSlotStart[next]! + 1;
  }
  for (let i = 0; i < state.n; i += 1)
    state.variableSlotStart[i + 1] = state.variableSlotStart[i + 1]! + state.variableSlotStart[i]!;
  state.slotFirst = new Uint8Array(count);
  state.slotLast = new Uint8Array(count);
}

/** Fills the matrices by row of the caller, and turned round. False: stop. */
export function writeFactors(state: State, network: LocalNetwork, goOn: (work: number) => boolean): boolean {
  const { m, Q, factors, factorGiven, factorRows, factorRowsT } = state;
  let at = state.factorsFrom;
  const every = new Int32Array(m);
  for (let k = 0; k < m; k += 1) every[k] = k;
  for (let f = 0; f < factors; f += 1) {
    const { caller, perMs, perUSD, perGram, perNat, maxDelay, rule, mbps } = state.gqap.nearest[f]!;
    const given = caller < 0 ? factorGiven[f]! : -1;
    const callers = given < 0 ? m : 1;
    // A caller that is given has one row only: written so that it comes to lie first.
    const ends: Ends = {
      lab: every,
      rowFirst: Math.max(given, 0),
      rowCount: callers,
      columnFirst: 0,
      columnCount: m,
    };
    factorRows[f] = at;
    factorRowsT[f] = at + callers * m;
    const terms = { perMs, perUSD, perGram, perNat, maxDelay, rule, mbps };
    network.write(Q, given < 0 ? at : at - given * m, ends, terms, false, false);
    turn(state, f, callers);
    at += 2 * callers * m;
    if (!goOn(ENTRY_WORK * callers * m)) return false;
  }
  return true;
}

/** Gives what is forbidden its price, and writes the other orientation. */
function turn({ m, Q, big, factorRows, factorRowsT }: State, f: number, callers: number): void {
  const rows = factorRows[f]!;
  const turned = factorRowsT[f]!;
  for (let k = 0; k < callers; k += 1) {
    for (let l = 0; l < m; l += 1) {
      const value = Q[rows + k * m + l]!;
      const cost = value > big ? big : value;
      Q[rows + k * m + l] = cost;
      Q[turned + l * callers + k] = cost;
    }
  }
}
