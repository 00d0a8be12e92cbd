import { doublesOf, intsOf, POOL } from './pool.ts';
import type { State } from './state.ts';

/** Room for everything that a search writes; what is read before it is written is cleared. */
export function allocate(state: State): void {
  const { n, m, R, pairs } = state;
  const slots = state.slotVariable.length;
  state.lab = intsOf(POOL.lab, n * m);
  state.pos = intsOf(POOL.pos, n * m);
  state.cnt = new Int32Array(n);
  state.alive = intsOf(POOL.alive, n * m);
  state.aliveCount = new Int32Array(n);
  state.un = doublesOf(POOL.un, n * m);
  state.own = doublesOf(POOL.own, n * m);
  state.th = doublesOf(POOL.th, n * m);
  state.dead = new Uint8Array(n * m);
  state.msg = doublesOf(POOL.msg, 2 * pairs * m);
  state.slotMsg = doublesOf(POOL.slotMsg, slots * m);
  state.slotPhi = doublesOf(POOL.slotPhi, slots * m);
  state.near = doublesOf(POOL.near, slots * m);
  state.nearStale = new Uint8Array(state.factors);
  state.keptMsg = doublesOf(POOL.keptMsg, 2 * pairs * m);
  state.keptSlotMsg = doublesOf(POOL.keptSlotMsg, slots * m);
  state.keptSlotPhi = doublesOf(POOL.keptSlotPhi, slots * m);
  state.keptTh = doublesOf(POOL.keptTh, n * m);
  state.price = new Float64Array(m * R);
  state.keptPrice = new Float64Array(m * R);
  state.direction = new Float64Array(m * R);
  state.fixedUse = new Float64Array(m * R);
  state.contractedUse = new Float64Array(m * R);
  state.use = new Float64Array(m * R);
  state.rounded = new Int32Array(n);
  state.best = new Int32Array(n);
  state.G = doublesOf(POOL.G, n * m);
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
  state.sortedAt = new Int32Array(m);
  state.sortedB = new Float64Array(m);
  state.scratch = new Float64Array(m);
}
