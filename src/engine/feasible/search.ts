import { blame, type Core } from './blame.ts';
import { boundConflict } from './bounds.ts';
import type { Conflict } from './conflict.ts';
import type { ConstraintNetwork, Objection } from './network.ts';
import { Propagation } from './propagation.ts';

/** Whether all rules can be met together; `rules`: those that the proof rests on, which cannot even alone. */
export type Satisfied =
  | { kind: 'Feasible'; at: Int32Array }
  | { kind: 'Infeasible'; rules: Uint8Array }
  | { kind: 'Unknown' };

/** Steps of looking at a node, beside what propagation counts. */
const NODE_WORK = 200;
/** Units of work of one step: most read memory here and there, where a unit is one of a row. */
const STEP_WORK = 6;

/**
 * Backtracking with maintained arc consistency, the variable with fewest labels for its trouble first
 * (Boussemart et al. 2004), and conflict-directed backjumping (Prosser 1993): a decision that a proof does
 * not rest on is not tried the other way.
 *
 * @param spend told of work in units; false: stop
 */
export function satisfy(network: ConstraintNetwork, spend: (work: number) => boolean): Satisfied {
  return new Search(network, spend).run();
}

/** Nodes from one at which the bounds on room are worked out to the next. */
const ROOM_EVERY = 8;
/** Attempts without looking back, before the search. */
const DIVES = 8;

class Search {
  readonly #network: ConstraintNetwork;
  readonly #state: Propagation;
  readonly #spend: (work: number) => boolean;
  /** How often a variable took part in a contradiction. */
  readonly #trouble: Float64Array;
  readonly #proofs: Core[] = [];
  #nodes = 0;
  #told = 0;

  constructor(network: ConstraintNetwork, spend: (work: number) => boolean) {
    this.#network = network;
    this.#state = new Propagation(network);
    this.#spend = spend;
    this.#trouble = new Float64Array(network.variables);
  }

  run(): Satisfied {
    const conflict = this.#state.begin();
    // Most questions have an answer that the first attempt finds: bounds are for those that do not.
    const found = conflict ? this.#blame(conflict) : (this.#dives() ?? this.#node(0));
    if (found === undefined) return { kind: 'Unknown' };
    if (found instanceof Int32Array) return { kind: 'Feasible', at: found };
    return { kind: 'Infeasible', rules: found.rules };
  }

  /** Each begins with what the ones before had trouble with. */
  #dives(): Int32Array | undefined {
    for (let dive = 0; dive < DIVES; dive += 1) {
      const at = this.#dive(dive % 2 === 1);
      if (at) return at;
    }
    return undefined;
  }

  /** One decision after the other, without looking back. */
  #dive(near: boolean): Int32Array | undefined {
    const state = this.#state;
    const moment = state.domains.time;
    let at: Int32Array | undefined;
    for (let i = this.#choose(); ; i = this.#choose()) {
      state.work += NODE_WORK;
      if (i < 0) at = this.#assignment();
      if (i < 0 || !this.#goOn()) break;
      state.decide(i, this.#label(i, near), 0);
      const conflict = state.run();
      if (!conflict) continue;
      this.#note(conflict);
      break;
    }
    state.returnTo(moment);
    return at && this.#network.judge(at) === undefined ? at : undefined;
  }

  /** A placement, why there is none below, or undefined where the budget ended. */
  #node(level: number): Int32Array | Core | undefined {
    const state = this.#state;
    state.work += NODE_WORK;
    if (!this.#goOn()) return undefined;
    const bounded = boundConflict(state, level < 2 || this.#nodes % ROOM_EVERY === 0);
    this.#nodes += 1;
    if (bounded) return this.#blame(bounded);
    const i = this.#choose();
    if (i < 0) {
      const at = this.#assignment();
      const objection = this.#network.judge(at);
      return objection ? this.#blame(this.#conflictOf(objection, at)) : at;
    }
    for (;;) {
      const k = this.#label(i);
      const moment = state.domains.time;
      state.decide(i, k, level);
      const conflict = state.run();
      const below = conflict ? this.#blame(conflict) : this.#node(level + 1);
      state.returnTo(moment);
      if (below === undefined || below instanceof Int32Array) return below;
      if (!below.levels.has(level)) return below;
      const levels = new Set(below.levels);
      levels.delete(level);
      this.#proofs.push({ rules: below.rules, levels });
      const left = state.refute(i, k, this.#proofs.length - 1);
      const after = left ? state.run() : state.emptied(i);
      if (after) return this.#blame(after);
      if (state.isFixed(i)) return this.#node(level);
    }
  }

  #goOn(): boolean {
    const { work } = this.#state;
    const going = this.#spend(STEP_WORK * (work - this.#told));
    this.#told = work;
    return going;
  }

  #assignment(): Int32Array {
    return Int32Array.from({ length: this.#network.variables }, (_, i) => this.#state.domains.only(i));
  }

  #blame(conflict: Conflict): Core {
    this.#note(conflict);
    return blame(this.#state, conflict, this.#proofs);
  }

  /** Remembers which variables had a part in a contradiction. */
  #note({ facts }: Conflict): void {
    const { m } = this.#state.domains;
    let last = -1;
    for (const fact of facts) {
      const i = Math.floor(fact / m);
      if (i !== last) this.#trouble[i] = this.#trouble[i]! + 1;
      last = i;
    }
  }

  #conflictOf({ rules, variables }: Objection, at: Int32Array): Conflict {
    const { m } = this.#state.domains;
    const facts: number[] = [];
    for (const i of variables) for (let k = 0; k < m; k += 1) if (k !== at[i]) facts.push(i * m + k);
    return { rules, facts };
  }

  #choose(): number {
    const { domains, arcsOf } = this.#state;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < domains.n; i += 1) {
      if (this.#state.isFixed(i)) continue;
      const value = domains.count[i]! / (1 + arcsOf[i]!.length + 4 * this.#trouble[i]!);
      if (value >= least) continue;
      least = value;
      best = i;
    }
    return best;
  }

  /** The location that keeps most of its room; or, every other time, the nearest to what is placed. */
  #label(i: number, near = false): number {
    const { domains } = this.#state;
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < domains.count[i]!; t += 1) {
      const k = domains.list[i * domains.m + t]!;
      const value = near ? -this.#distance(i, k) : this.#roomLeft(i, k);
      if (value < most || (value === most && k > best)) continue;
      most = value;
      best = k;
    }
    return best;
  }

  #roomLeft(i: number, k: number): number {
    const { demand, room, resources: R } = this.#network;
    let left = 1;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[i * R + r]!;
      const free = room[k * R + r]!;
      if (amount > 0) left = Math.min(left, (free - this.#state.used[k * R + r]! - amount) / free);
    }
    return left;
  }

  /** ms to all placed variables that share an arc. */
  #distance(i: number, k: number): number {
    const { arcs, delay, locations: m } = this.#network;
    let sum = 0;
    for (const side of this.#state.arcsOf[i]!) {
      const arc = arcs[side >> 1]!;
      const j = (side & 1) === 1 ? arc.from : arc.to;
      if (!this.#state.isFixed(j)) continue;
      const l = this.#state.domains.only(j);
      sum += (side & 1) === 1 ? delay[l * m + k]! : delay[k * m + l]!;
    }
    this.#state.work += this.#state.arcsOf[i]!.length;
    return sum;
  }
}
