import { PAIR_RULE } from '../gqap/gqap.ts';
import type { Ends, LocalNetwork } from './localnetwork.ts';
import type { Merged } from './mergepairs.ts';
import { doublesOf, POOL } from './pool.ts';
import type { State } from './state.ts';

/** Work of one entry of a pair's matrices, in units. */
export const ENTRY_WORK = 6;

/** Where the matrices of each pair lie; the factors' come after them. */
export function layOutPairs(state: State, merged: readonly Merged[]): void {
  const { m } = state;
  const P = merged.length;
  const size = m * m;
  state.pairs = P;
  state.pairA = new Int32Array(P);
  state.pairB = new Int32Array(P);
  state.drawn = new Uint8Array(P);
  state.pairRule = new Uint8Array(P);
  state.inOrder = new Uint8Array(P);
  state.rowsA = new Int32Array(P);
  state.rowsB = new Int32Array(P);
  let twins = 0;
  for (let p = 0; p < P; p += 1) {
    const { a, b, parts, twins: ordered } = merged[p]!;
    state.pairA[p] = a;
    state.pairB[p] = b;
    state.drawn[p] = parts.some(({ terms: { rule } }) => rule === PAIR_RULE.Any) ? 1 : 0;
    // Between parts of one service there is no channel, and one rule at most.
    state.pairRule[p] = parts[0]?.terms.rule ?? PAIR_RULE.Any;
    state.inOrder[p] = ordered ? 1 : 0;
    state.rowsA[p] = 2 * p * size;
    state.rowsB[p] = (2 * p + 1) * size;
    if (ordered) twins += 1;
  }
  state.freeA = state.rowsA.slice();
  state.freeB = state.rowsB.slice();
  state.factorsFrom = 2 * (P + twins) * size;
  state.Q = doublesOf(POOL.Q, state.factorsFrom + state.factorEntries);
  state.diag = doublesOf(POOL.diag, P * m);
  state.freeDiag = twins === 0 ? state.diag : doublesOf(POOL.freeDiag, P * m);
  state.same = doublesOf(POOL.same, P * m);
  state.leastA = doublesOf(POOL.leastA, P * m);
  state.leastB = doublesOf(POOL.leastB, P * m);
  state.weight = new Float64Array(P);
}

/** Fills the matrices for the labels that both ends may use; what else is in them is never read. False: stop. */
export function writePairs(
  state: State,
  merged: readonly Merged[],
  network: LocalNetwork,
  goOn: (work: number) => boolean,
): boolean {
  const { m, Q, pairs, pairA, pairB, rowsA, rowsB, freeA, freeB, may, mayCount } = state;
  let extra = 2 * pairs * m * m;
  for (let p = 0; p < pairs; p += 1) {
    const [a, b] = [pairA[p]!, pairB[p]!];
    const { parts, twins } = merged[p]!;
    const ends: Ends = {
      lab: may,
      rowFirst: a * m,
      rowCount: mayCount[a]!,
      columnFirst: b * m,
      columnCount: mayCount[b]!,
    };
    if (parts.length === 0) clear(Q, rowsA[p]!, m, ends);
    parts.forEach(({ terms, turned }, at) => {
      network.write(Q, rowsA[p]!, ends, terms, at > 0, turned);
    });
    finish(state, p, ends);
    if (twins) {
      // Local search walks on the matrices without the order, the bound on those with it.
      freeA[p] = extra;
      freeB[p] = extra + m * m;
      Q.copyWithin(extra, rowsA[p]!, rowsA[p]! + m * m);
      Q.copyWithin(extra + m * m, rowsB[p]!, rowsB[p]! + m * m);
      extra += 2 * m * m;
    }
    if (state.freeDiag !== state.diag)
      for (let k = 0; k < m; k += 1) state.freeDiag[p * m + k] = state.diag[p * m + k]!;
    if (twins) orderTwins(state, p, ends);
    if (!goOn(ENTRY_WORK * (mayCount[a]! + 1) * (mayCount[b]! + 1))) return false;
  }
  return true;
}

function clear(Q: Float64Array, offset: number, m: number, ends: Ends): void {
  const { lab, rowFirst, rowCount, columnFirst, columnCount } = ends;
  for (let t = 0; t < rowCount; t += 1)
    for (let u = 0; u < columnCount; u += 1) Q[offset + lab[rowFirst + t]! * m + lab[columnFirst + u]!] = 0;
}

/**
 * Takes the diagonal out, gives what is forbidden its price, and writes the other orientation, the least of
 * each row of both, and the weight of the pair: what its costs and rules can differ by.
 */
function finish(state: State, p: number, ends: Ends): void {
  const { m, Q, diag, big, leastA, leastB, rowsA, rowsB } = state;
  const { lab, rowFirst, rowCount, columnFirst, columnCount } = ends;
  const [rows, turned, first] = [rowsA[p]!, rowsB[p]!, p * m];
  for (let u = 0; u < columnCount; u += 1) leastB[first + lab[columnFirst + u]!] = Number.POSITIVE_INFINITY;
  const most = big / 4;
  let sum = 0;
  for (let t = 0; t < rowCount; t += 1) {
    const k = lab[rowFirst + t]!;
    const row = rows + k * m;
    let least = Number.POSITIVE_INFINITY;
    for (let u = 0; u < columnCount; u += 1) {
      const l = lab[columnFirst + u]!;
      let value = Q[row + l]!;
      if (value > big) value = big;
      sum += Math.min(value, most);
      if (l === k) {
        diag[first + k] = value;
        value = Number.POSITIVE_INFINITY;
      }
      Q[row + l] = value;
      Q[turned + l * m + k] = value;
      if (value < least) least = value;
      if (value < leastB[first + l]!) leastB[first + l] = value;
    }
    leastA[first + k] = least;
  }
  state.weight[p] = sum / Math.max(1, rowCount * columnCount);
}

/** Of two equal parts the first takes the lower label; one that may use fewer labels cannot be ordered so. */
function orderTwins(state: State, p: number, ends: Ends): void {
  const { m, Q, big, rowsA, rowsB, leastA, leastB } = state;
  const { lab, rowFirst, rowCount, columnFirst, columnCount } = ends;
  const [rows, turned, first] = [rowsA[p]!, rowsB[p]!, p * m];
  for (let u = 0; u < columnCount; u += 1) leastB[first + lab[columnFirst + u]!] = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let t = 0; t < rowCount; t += 1) {
    const k = lab[rowFirst + t]!;
    let least = Number.POSITIVE_INFINITY;
    for (let u = 0; u < columnCount; u += 1) {
      const l = lab[columnFirst + u]!;
      if (l < k) {
        Q[rows + k * m + l] = big;
        Q[turned + l * m + k] = big;
      }
      const value = Q[rows + k * m + l]!;
      if (value < least) least = value;
      if (value < leastB[first + l]!) leastB[first + l] = value;
      sum += Math.min(value, big / 4);
    }
    leastA[first + k] = least;
  }
  state.weight[p] = sum / Math.max(1, rowCount * columnCount);
}
