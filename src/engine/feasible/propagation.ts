import type { Conflict } from './conflict.ts';
import { CAUSE, Domains } from './domains.ts';
import { type Arc, type Choice, type ConstraintNetwork, lets, letsArc } from './network.ts';
import { bindingRule, tornApart } from './together.ts';

/**
 * Takes away labels until nothing follows any more: arc consistency (Mackworth 1977, AC-3 with residual
 * supports), choices, and what fixed variables leave of their locations. Every deletion keeps its cause.
 */
export class Propagation {
  readonly network: ConstraintNetwork;
  readonly domains: Domains;
  /** Amount that fixed variables use, locations x resources. */
  readonly used: Float64Array;
  /** Variables with one label, in the order in which they came to it; `fixed` of them. */
  readonly order: Int32Array;
  fixed = 0;
  /** Moment from which a fixed variable was so. */
  readonly fixedAt: Int32Array;
  /** Steps of inner loops so far. */
  work = 0;
  readonly #isFixed: Uint8Array;
  /** Arcs by variable: twice the arc, plus 1 where the variable is its `to`. */
  readonly arcsOf: readonly (readonly number[])[];
  readonly #choicesOf: readonly (readonly number[])[];
  readonly #binds: Uint8Array;
  /** Label of the other end that supported a label last; by arc and side. */
  readonly #support: Int32Array;
  readonly #queue: Int32Array;
  readonly #queued: Uint8Array;
  #waiting = 0;

  constructor(network: ConstraintNetwork) {
    const { variables: n, locations: m, resources: R } = network;
    this.network = network;
    this.domains = new Domains(n, m, network.allowed);
    this.used = new Float64Array(m * R);
    this.order = new Int32Array(n);
    this.fixedAt = new Int32Array(n);
    this.#isFixed = new Uint8Array(n);
    const arcsOf: number[][] = Array.from({ length: n }, () => []);
    network.arcs.forEach(({ from, to }, a) => {
      arcsOf[from]!.push(2 * a);
      arcsOf[to]!.push(2 * a + 1);
    });
    this.arcsOf = arcsOf;
    const choicesOf: number[][] = Array.from({ length: n }, () => []);
    network.choices.forEach(({ caller, callees }, c) => {
      if (caller >= 0) choicesOf[caller]!.push(c);
      for (const j of callees) choicesOf[j]!.push(c);
    });
    this.#choicesOf = choicesOf;
    this.#binds = Uint8Array.from(network.arcs, (arc) => (bindingRule(network, arc) === undefined ? 0 : 1));
    this.#support = new Int32Array(2 * network.arcs.length * m);
    this.#queue = new Int32Array(n);
    this.#queued = new Uint8Array(n);
  }

  /** Everything that follows from the network alone; undefined: no contradiction is seen. */
  begin(): Conflict | undefined {
    for (let i = 0; i < this.domains.n; i += 1) {
      if (this.domains.count[i] === 0) return this.#emptied(i);
      this.#enqueue(i);
    }
    for (let c = 0; c < this.network.choices.length; c += 1) {
      const conflict = this.#reviseChoice(c);
      if (conflict) return conflict;
    }
    this.work += this.domains.n + 20 * (this.network.arcs.length + this.network.choices.length);
    return tornApart(this.network) ?? this.#closeToGroups() ?? this.run();
  }

  /** Arcs, of those of a variable, whose two ends can only be on one location, whatever labels are left. */
  bindingArcsOf(i: number): number[] {
    return this.arcsOf[i]!.filter((side) => this.#binds[side >> 1] === 1);
  }

  /** Takes a location from everybody of a group that must be on one location, and is too large for it. */
  #closeToGroups(): Conflict | undefined {
    const { demand, room, resources: R, locations: m, variables: n } = this.network;
    const seen = new Uint8Array(n);
    for (let i = 0; i < n; i += 1) {
      if (seen[i]) continue;
      const group = this.groupOf(i);
      for (const j of group) seen[j] = 1;
      if (group.length === 1) continue;
      for (let r = 0; r < R; r += 1) {
        const total = group.reduce((sum, j) => sum + demand[j * R + r]!, 0);
        this.work += m;
        for (let k = 0; k < m; k += 1) {
          if (total <= room[k * R + r]!) continue;
          for (const j of group)
            if (this.domains.has(j, k) && !this.#take(j, k, CAUSE.Together, r)) return this.#emptied(j);
        }
      }
    }
    return undefined;
  }

  /** Variables that can only be where `i` is, nearest first. */
  groupOf(i: number): number[] {
    const group = [i];
    const seen = new Set(group);
    for (const j of group) {
      for (const side of this.bindingArcsOf(j)) {
        const arc = this.network.arcs[side >> 1]!;
        const other = (side & 1) === 1 ? arc.from : arc.to;
        if (!seen.has(other)) group.push(other);
        seen.add(other);
      }
    }
    return group;
  }

  /** Leaves only label `k` to variable `i`. */
  decide(i: number, k: number, level: number): void {
    const { list, count, m } = this.domains;
    for (let t = count[i]! - 1; t >= 0; t -= 1) {
      const l = list[i * m + t]!;
      if (l !== k) this.domains.remove(i, l, CAUSE.Decision, level);
    }
    this.#enqueue(i);
  }

  /** Takes label `k` from variable `i`; false: it was the last one. */
  refute(i: number, k: number, proof: number): boolean {
    this.domains.remove(i, k, CAUSE.Refuted, proof);
    this.#enqueue(i);
    return this.domains.count[i]! > 0;
  }

  /** All labels without which variable `i` has none. */
  emptied(i: number): Conflict {
    return this.#emptied(i);
  }

  returnTo(time: number): void {
    this.domains.returnTo(time);
    let fixed = this.fixed;
    while (fixed > 0 && this.fixedAt[this.order[fixed - 1]!]! > time) {
      fixed -= 1;
      this.#isFixed[this.order[fixed]!] = 0;
    }
    for (let w = 0; w < this.#waiting; w += 1) this.#queued[this.#queue[w]!] = 0;
    this.#waiting = 0;
    if (fixed === this.fixed) return;
    // Summed anew: taking off what was added would leave traces of rounding.
    for (let at = fixed; at < this.fixed; at += 1) this.#refill(this.order[at]!, fixed);
    this.fixed = fixed;
  }

  isFixed(i: number): boolean {
    return this.#isFixed[i] === 1;
  }

  /** Until nothing follows. */
  run(): Conflict | undefined {
    while (this.#waiting > 0) {
      this.#waiting -= 1;
      const j = this.#queue[this.#waiting]!;
      this.#queued[j] = 0;
      if (this.domains.count[j] === 1 && !this.#isFixed[j]) {
        const conflict = this.#fix(j);
        if (conflict) return conflict;
      }
      for (const side of this.arcsOf[j]!) {
        const conflict = this.#reviseArc(side ^ 1);
        if (conflict) return conflict;
      }
      for (const c of this.#choicesOf[j]!) {
        const conflict = this.#reviseChoice(c);
        if (conflict) return conflict;
      }
    }
    return undefined;
  }

  /** Fixed variables that use a resource of a location, of those that were fixed by `time`. */
  membersAt(k: number, r: number, time: number): number[] {
    const { demand, resources: R } = this.network;
    const members: number[] = [];
    for (let at = 0; at < this.fixed; at += 1) {
      const j = this.order[at]!;
      if (this.fixedAt[j]! <= time && this.domains.only(j) === k && demand[j * R + r]! > 0) members.push(j);
    }
    return members;
  }

  #enqueue(i: number): void {
    if (this.#queued[i]) return;
    this.#queued[i] = 1;
    this.#queue[this.#waiting] = i;
    this.#waiting += 1;
  }

  #emptied(i: number): Conflict {
    const { m } = this.domains;
    return { rules: [], facts: Array.from({ length: m }, (_, k) => i * m + k) };
  }

  /** Takes the room of variable `j`, and the location from all that do not fit beside it. */
  #fix(j: number): Conflict | undefined {
    const { demand, room, resources: R, variables: n } = this.network;
    const { domains, used } = this;
    const k = domains.only(j);
    this.#isFixed[j] = 1;
    this.order[this.fixed] = j;
    this.fixedAt[j] = domains.time;
    this.fixed += 1;
    for (let r = 0; r < R; r += 1) {
      const amount = demand[j * R + r]!;
      if (amount === 0) continue;
      const at = k * R + r;
      used[at] = used[at]! + amount;
      if (used[at]! > room[at]!) return this.overfull(k, r);
      const left = room[at]! - used[at]!;
      this.work += n;
      for (let i = 0; i < n; i += 1) {
        if (this.#isFixed[i] || demand[i * R + r]! <= left || !domains.has(i, k)) continue;
        if (!this.#take(i, k, CAUSE.Room, r)) return this.#emptied(i);
      }
    }
    return undefined;
  }

  /** More is fixed on a location than it holds. */
  overfull(k: number, r: number): Conflict {
    const { demandRule, resources: R } = this.network;
    const { m } = this.domains;
    const members = this.membersAt(k, r, this.domains.time);
    const rules = members.map((j) => demandRule[j * R + r]!);
    const facts: number[] = [];
    for (const j of members) for (let l = 0; l < m; l += 1) if (l !== k) facts.push(j * m + l);
    return { rules, facts };
  }

  #refill(j: number, fixed: number): void {
    const { demand, resources: R } = this.network;
    // The label that it was fixed to is still the first of its row, whatever was given back behind it.
    const k = this.#labelOf(j);
    for (let r = 0; r < R; r += 1) {
      let sum = 0;
      for (let at = 0; at < fixed; at += 1) {
        const i = this.order[at]!;
        if (this.domains.only(i) === k) sum += demand[i * R + r]!;
      }
      this.used[k * R + r] = sum;
    }
  }

  #labelOf(j: number): number {
    return this.domains.list[j * this.domains.m]!;
  }

  #take(i: number, k: number, cause: number, argument: number): boolean {
    this.domains.remove(i, k, cause, argument);
    this.#enqueue(i);
    return this.domains.count[i]! > 0;
  }

  /** Labels of one end of an arc without any partner at the other. */
  #reviseArc(side: number): Conflict | undefined {
    const { network, domains } = this;
    const arc = network.arcs[side >> 1]!;
    const isTo = (side & 1) === 1;
    const [i, j] = isTo ? [arc.to, arc.from] : [arc.from, arc.to];
    const { list, count, m } = domains;
    const row = i * m;
    for (let t = count[i]! - 1; t >= 0; t -= 1) {
      const k = list[row + t]!;
      if (this.#supported(arc, side, isTo, k, j)) continue;
      if (!this.#take(i, k, CAUSE.Arc, side)) return this.#emptied(i);
    }
    return undefined;
  }

  #supported(arc: Arc, side: number, isTo: boolean, k: number, j: number): boolean {
    const { network, domains } = this;
    const { list, count, m } = domains;
    const known = this.#support[side * m + k]!;
    this.work += 4;
    if (domains.has(j, known) && (isTo ? letsArc(network, arc, known, k) : letsArc(network, arc, k, known)))
      return true;
    for (let s = 0; s < count[j]!; s += 1) {
      const l = list[j * m + s]!;
      this.work += 2;
      if (!(isTo ? letsArc(network, arc, l, k) : letsArc(network, arc, k, l))) continue;
      this.#support[side * m + k] = l;
      return true;
    }
    return false;
  }

  #reviseChoice(c: number): Conflict | undefined {
    const { network, domains } = this;
    const choice = network.choices[c]!;
    const { caller, callees } = choice;
    const { list, count, m } = domains;
    if (caller >= 0) {
      for (let t = count[caller]! - 1; t >= 0; t -= 1) {
        const k = list[caller * m + t]!;
        if (callees.some((j) => this.#serves(choice, k, j))) continue;
        if (!this.#take(caller, k, CAUSE.Choice, c)) return this.#emptied(caller);
      }
      if (count[caller] !== 1) return undefined;
    }
    const k = caller < 0 ? choice.place : domains.only(caller);
    const able = callees.filter((j) => this.#serves(choice, k, j));
    if (able.length === 0) return this.#unserved(choice);
    if (able.length > 1) return undefined;
    const j = able[0]!;
    for (let s = count[j]! - 1; s >= 0; s -= 1) {
      const l = list[j * m + s]!;
      if (lets(network, choice, k, l)) continue;
      this.#take(j, l, CAUSE.Callee, c);
    }
    return undefined;
  }

  /** Whether callee `j` may still be where a caller on `k` can use it. */
  #serves(choice: Choice, k: number, j: number): boolean {
    const { list, count, m } = this.domains;
    for (let s = 0; s < count[j]!; s += 1) {
      this.work += 2;
      if (lets(this.network, choice, k, list[j * m + s]!)) return true;
    }
    return false;
  }

  /** Nobody can serve a caller from outside. */
  #unserved(choice: Choice): Conflict {
    const { m } = this.domains;
    const facts: number[] = [];
    for (const j of choice.callees)
      for (let l = 0; l < m; l += 1) if (lets(this.network, choice, choice.place, l)) facts.push(j * m + l);
    const rules = [choice.crossing, choice.path, choice.delay, choice.bandwidth].filter((rule) => rule >= 0);
    return { rules, facts };
  }
}
