import { type Gqap, type NearestFactor, PAIR_RULE } from '../gqap/gqap.ts';
import { LocalNetwork } from './localnetwork.ts';
import { type Merged, mergePairs } from './mergepairs.ts';
import { orderVariables } from './order.ts';
import { doublesOf, intsOf } from './pool.ts';
import { type Goal, State } from './state.ts';

/** Numbers of the pooled buffers; 17 to 22 are the network's. */
const SLOT = {
  Q: 0,
  diag: 1,
  freeDiag: 2,
  same: 3,
  leastA: 4,
  leastB: 5,
  un: 6,
  th: 7,
  msg: 8,
  keptMsg: 9,
  keptTh: 10,
  slotMsg: 12,
  slotPhi: 13,
  keptSlotMsg: 14,
  keptSlotPhi: 15,
  unary: 16,
  G: 24,
} as const;
const INT_SLOT = { lab: 0, pos: 1 } as const;

/** Work of one entry of a pair's matrices, in units. */
const ENTRY_WORK = 6;

/**
 * Lays a problem out for the search: labels that no variable may use are dropped, pairs between the same
 * variables merged, matrices filled in both orientations, variables ordered. O(pairs x labels squared).
 * Undefined where `goOn`, told of the work after each pair, has said no.
 */
export function prepare(
  gqap: Gqap,
  goal: Goal,
  goOn: (work: number) => boolean = () => true,
): State | undefined {
  const location = usableLocations(gqap);
  const m = location.length;
  const state = new State(gqap, m, location);
  const { n, R } = state;
  state.unary = doublesOf(SLOT.unary, n * m);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < m; k += 1) {
      const cost = gqap.unary[i * gqap.locations + location[k]!]!;
      state.unary[i * m + k] = goal === 'Feasibility' && cost !== Number.POSITIVE_INFINITY ? 0 : cost;
    }
  }
  state.demand = gqap.demand;
  state.room = Float64Array.from({ length: m * R }, (_, at) =>
    Math.max(0, gqap.room[location[Math.floor(at / R)]! * R + (at % R)]!),
  );
  state.zone = Int32Array.from(location, (k) => gqap.zone[k]!);
  const merged = mergePairs(gqap, goal);
  if (!layOutPairs(state, merged, goal, goOn)) return undefined;
  layOutFactors(state);
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
  return Int32Array.from([...used.keys()].filter((k) => used[k]));
}

/** False: told to stop on the way. */
function layOutPairs(
  state: State,
  merged: readonly Merged[],
  goal: Goal,
  goOn: (work: number) => boolean,
): boolean {
  const { n, m } = state;
  const P = merged.length;
  state.pairs = P;
  state.pairA = Int32Array.from(merged, ({ a }) => a);
  state.pairB = Int32Array.from(merged, ({ b }) => b);
  state.drawn = Uint8Array.from(merged, ({ parts }) =>
    parts.some(({ terms: { rule } }) => rule === PAIR_RULE.Any) ? 1 : 0,
  );
  const twins = merged.filter((pair) => pair.twins).length;
  const nearest = state.gqap.nearest;
  const size = m * m;
  const rows = nearest.reduce((sum, { caller }) => sum + (caller < 0 ? 1 : m), 0);
  state.Q = doublesOf(SLOT.Q, (2 * (P + twins) + 1) * size + 2 * rows * m);
  state.rowsA = Int32Array.from({ length: P }, (_, p) => 2 * p * size);
  state.rowsB = Int32Array.from({ length: P }, (_, p) => (2 * p + 1) * size);
  state.freeA = state.rowsA.slice();
  state.freeB = state.rowsB.slice();
  state.diag = doublesOf(SLOT.diag, P * m);
  state.freeDiag = state.diag;
  state.same = doublesOf(SLOT.same, P * m);
  state.leastA = doublesOf(SLOT.leastA, P * m);
  state.leastB = doublesOf(SLOT.leastB, P * m);
  state.weight = new Float64Array(P);
  const { Q } = state;
  const network = new LocalNetwork(state, goal);
  state.hard = network.hardDelay;
  const turned = new Float64Array(size);
  let worst = 0;
  for (let p = 0; p < P; p += 1) {
    const at = state.rowsA[p]!;
    const { parts } = merged[p]!;
    // Twins without a channel have no part: what the pool held before must not stay.
    let begun = parts.length === 0;
    if (begun) Q.fill(0, at, at + size);
    for (const part of parts) {
      if (!part.turned) {
        if (begun) network.addTo(Q, at, part.terms);
        else network.set(Q, at, part.terms);
        begun = true;
        continue;
      }
      if (!begun) Q.fill(0, at, at + size);
      begun = true;
      turned.fill(0);
      network.addTo(turned, 0, part.terms);
      for (let k = 0; k < m; k += 1)
        for (let l = 0; l < m; l += 1) Q[at + k * m + l] = Q[at + k * m + l]! + turned[l * m + k]!;
    }
    worst += largestFinite(Q, at, size);
    if (!goOn((ENTRY_WORK / 2) * size)) return false;
  }
  let extra = 2 * P * size;
  let factorAt = (2 * (P + twins) + 1) * size;
  state.factors = nearest.length;
  state.factorRows = new Int32Array(nearest.length);
  state.factorRowsT = new Int32Array(nearest.length);
  for (const [f, factor] of nearest.entries()) {
    const { caller, callerLocation } = factor;
    const callers = caller < 0 ? 1 : m;
    state.factorRows[f] = factorAt;
    if (caller < 0) {
      turned.fill(0);
      network.addTo(turned, 0, factor);
      const k = state.location.indexOf(callerLocation);
      for (let l = 0; l < m; l += 1) Q[factorAt + l] = turned[k * m + l]!;
    } else {
      Q.fill(0, factorAt, factorAt + size);
      network.addTo(Q, factorAt, factor);
    }
    worst += largestFinite(Q, factorAt, callers * m);
    if (!goOn(ENTRY_WORK * callers * m)) return false;
    factorAt += callers * m;
    state.factorRowsT[f] = factorAt;
    factorAt += callers * m;
  }
  for (let i = 0; i < n; i += 1) worst += largestFinite(state.unary, i * m, m);
  worst += balanceCeiling(state);
  state.ceiling = goal === 'Feasibility' ? 1e-3 : worst + 1;
  state.big = goal === 'Feasibility' ? 1 : 2 * state.ceiling;
  state.ub = state.ceiling;
  for (let p = 0; p < P; p += 1) {
    const { twins: ordered } = merged[p]!;
    finish(state, p, state.rowsA[p]!, state.rowsB[p]!);
    if (!goOn((ENTRY_WORK / 2) * size)) return false;
    if (!ordered) continue;
    // Local search walks on the matrices without the order, the bound on those with it.
    if (state.freeDiag === state.diag) state.freeDiag = doublesOf(SLOT.freeDiag, P * m);
    state.freeA[p] = extra;
    state.freeB[p] = extra + size;
    Q.copyWithin(extra, state.rowsA[p]!, state.rowsA[p]! + 2 * size);
    extra += 2 * size;
    for (let k = 0; k < m; k += 1) {
      for (let l = 0; l < k; l += 1) {
        Q[state.rowsA[p]! + k * m + l] = state.big;
        Q[state.rowsB[p]! + l * m + k] = state.big;
      }
    }
    leastOfRows(Q, state.rowsA[p]!, m, state.leastA, p * m);
    leastOfRows(Q, state.rowsB[p]!, m, state.leastB, p * m);
    state.weight[p] = weightOf(state, p);
  }
  if (state.freeDiag !== state.diag)
    for (let at = 0; at < P * m; at += 1) state.freeDiag[at] = state.diag[at]!;
  for (let f = 0; f < nearest.length; f += 1) transposeFactor(state, f, nearest[f]!.caller < 0 ? 1 : m);
  return true;
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

function largestFinite(from: Float64Array, offset: number, length: number): number {
  let largest = 0;
  for (let at = offset; at < offset + length; at += 1) {
    const value = from[at]!;
    if (value > largest && value !== Number.POSITIVE_INFINITY) largest = value;
  }
  return largest;
}

/**
 * Takes the diagonal out, gives what is forbidden its price, and writes the other orientation, the least of
 * each row of both, and the weight of the pair: in one pass, since this is most of the time before a search.
 */
function finish(state: State, p: number, rows: number, turned: number): void {
  const { m, Q, diag, big, leastA, leastB } = state;
  const first = p * m;
  for (let l = 0; l < m; l += 1) leastB[first + l] = Number.POSITIVE_INFINITY;
  const most = big / 4;
  let sum = 0;
  for (let k = 0; k < m; k += 1) {
    const row = rows + k * m;
    let least = Number.POSITIVE_INFINITY;
    const own = Q[row + k]!;
    Q[row + k] = Number.POSITIVE_INFINITY;
    for (let l = 0; l < m; l += 1) {
      if (l === k) continue;
      let value = Q[row + l]!;
      if (value === Number.POSITIVE_INFINITY) {
        value = big;
        Q[row + l] = value;
      }
      Q[turned + l * m + k] = value;
      if (value < least) least = value;
      if (value < leastB[first + l]!) leastB[first + l] = value;
      sum += Math.min(value, most);
    }
    leastA[first + k] = least;
    Q[turned + k * m + k] = Number.POSITIVE_INFINITY;
    diag[first + k] = own === Number.POSITIVE_INFINITY ? big : own;
  }
  for (let k = 0; k < m; k += 1) sum += Math.min(diag[first + k]!, most) / m;
  state.weight[p] = sum / (m * m);
}

/** What the costs and rules of a pair can differ by, as `finish` has it, for a matrix that was changed since. */
function weightOf({ m, Q, diag, rowsA, big }: State, p: number): number {
  let sum = 0;
  const first = rowsA[p]!;
  for (let at = 0; at < m * m; at += 1) {
    const value = Q[first + at]!;
    if (value !== Number.POSITIVE_INFINITY) sum += Math.min(value, big / 4);
  }
  for (let k = 0; k < m; k += 1) sum += Math.min(diag[p * m + k]!, big / 4) / m;
  return sum / (m * m);
}

function transposeFactor({ Q, m, big, factorRows, factorRowsT }: State, f: number, callers: number): void {
  const [rows, turned] = [factorRows[f]!, factorRowsT[f]!];
  for (let k = 0; k < callers; k += 1) {
    for (let l = 0; l < m; l += 1) {
      const at = rows + k * m + l;
      if (Q[at] === Number.POSITIVE_INFINITY) Q[at] = big;
      Q[turned + l * callers + k] = Q[at]!;
    }
  }
}

function leastOfRows(Q: Float64Array, rows: number, m: number, into: Float64Array, at: number): void {
  for (let k = 0; k < m; k += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let l = 0; l < m; l += 1) {
      const value = Q[rows + k * m + l]!;
      if (value < least) least = value;
    }
    into[at + k] = least;
  }
}

function layOutFactors(state: State): void {
  const nearest: readonly NearestFactor[] = state.gqap.nearest;
  const members = nearest.map(({ caller, callees }) => (caller < 0 ? [...callees] : [caller, ...callees]));
  state.factorCaller = Int32Array.from(nearest, ({ caller }) => caller);
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

function allocate(state: State): void {
  const { n, m, R, pairs } = state;
  const slots = state.slotVariable.length;
  state.lab = intsOf(INT_SLOT.lab, n * m);
  state.pos = intsOf(INT_SLOT.pos, n * m);
  state.cnt = new Int32Array(n);
  state.un = doublesOf(SLOT.un, n * m);
  state.th = doublesOf(SLOT.th, n * m);
  state.dead = new Uint8Array(n * m);
  state.msg = doublesOf(SLOT.msg, 2 * pairs * m);
  state.slotMsg = doublesOf(SLOT.slotMsg, slots * m);
  state.slotPhi = doublesOf(SLOT.slotPhi, slots * m);
  state.keptMsg = doublesOf(SLOT.keptMsg, 2 * pairs * m);
  state.keptSlotMsg = doublesOf(SLOT.keptSlotMsg, slots * m);
  state.keptSlotPhi = doublesOf(SLOT.keptSlotPhi, slots * m);
  state.keptTh = doublesOf(SLOT.keptTh, n * m);
  state.price = new Float64Array(m * R);
  state.keptPrice = new Float64Array(m * R);
  state.direction = new Float64Array(m * R);
  state.fixedUse = new Float64Array(m * R);
  state.use = new Float64Array(m * R);
  state.rounded = new Int32Array(n);
  state.best = new Int32Array(n);
  state.G = doublesOf(SLOT.G, n * m);
  state.walk = new Int32Array(n);
  state.walkUse = new Float64Array(m * R);
  state.pairOf = new Int32Array(n * n).fill(-1);
  for (let p = 0; p < pairs; p += 1) {
    state.pairOf[state.pairA[p]! * n + state.pairB[p]!] = p;
    state.pairOf[state.pairB[p]! * n + state.pairA[p]!] = p;
  }
  state.entangled = new Uint8Array(n * n);
  for (let x = 0; x < slots; x += 1) {
    for (let y = 0; y < slots; y += 1) {
      if (state.slotFactor[x] === state.slotFactor[y])
        state.entangled[state.slotVariable[x]! * n + state.slotVariable[y]!] = 1;
    }
  }
  state.b = new Float64Array(m);
  state.byLabel = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  state.sortedAt = new Int32Array(m);
  state.sortedB = new Float64Array(m);
  state.scratch = new Float64Array(m);
}
