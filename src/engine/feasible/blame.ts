import type { Conflict } from './conflict.ts';
import { CAUSE } from './domains.ts';
import { lets, letsArc, type PairRules, ruleAgainst } from './network.ts';
import type { Propagation } from './propagation.ts';

/** What a contradiction rests on: rules, and levels of decisions. */
export interface Core {
  readonly rules: Uint8Array;
  readonly levels: ReadonlySet<number>;
}

/**
 * Reads a proof backwards: every label that had to be absent is followed to what took it, until only rules
 * and decisions are left. O(labels left out x labels) at most, each looked at once.
 */
export function blame(state: Propagation, conflict: Conflict, proofs: readonly Core[]): Core {
  const { network, domains } = state;
  const { m, cause, argument, when } = domains;
  const { demand, demandRule, resources: R } = network;
  const rules = new Uint8Array(network.rules);
  const levels = new Set<number>();
  const seen = new Uint8Array(domains.n * m);
  const stack: number[] = [];
  const add = (rule: number) => {
    if (rule >= 0) rules[rule] = 1;
  };
  const follow = (i: number, k: number) => {
    if (seen[i * m + k]) return;
    seen[i * m + k] = 1;
    stack.push(i * m + k);
  };
  // What is proved absent anyway need not be forbidden too; but only if it was absent before, or two labels
  // would each be absent because of the other.
  const isKnown = (i: number, k: number, before: number) =>
    seen[i * m + k] === 1 && when[i * m + k]! < when[before]!;
  const followOthers = (i: number, k: number) => {
    for (let l = 0; l < m; l += 1) if (l !== k) follow(i, l);
  };
  // Most facts of a proof rest on rules that an earlier one has named: then there is nothing to choose.
  const isSpent = ({ crossing, path, delay, bandwidth }: PairRules) =>
    isBlamed(crossing) && isBlamed(path) && isBlamed(delay) && isBlamed(bandwidth);
  const isBlamed = (rule: number) => rule < 0 || rules[rule] === 1;
  const merged = new Set<Core>();
  state.work += domains.n * m * 0.1 + conflict.facts.length * 4;
  for (const rule of conflict.rules) add(rule);
  for (const fact of conflict.facts) follow(Math.floor(fact / m), fact % m);
  for (let fact = stack.pop(); fact !== undefined; fact = stack.pop()) {
    const i = Math.floor(fact / m);
    const k = fact % m;
    const of = argument[fact]!;
    state.work += 4;
    if (when[fact] === -1) {
      for (const rule of network.whyNot(i, k, rules)) add(rule);
      continue;
    }
    switch (cause[fact]) {
      case CAUSE.Arc: {
        const arc = network.arcs[of >> 1]!;
        const isTo = (of & 1) === 1;
        const j = isTo ? arc.from : arc.to;
        const plain = !arc.ordered && arc.apart === undefined;
        if (plain && arc.crossing >= 0 && rules[arc.crossing] === 1) {
          follow(j, k);
          break;
        }
        const spent = plain && isSpent(arc);
        state.work += (spent ? 4 : 12) * m;
        for (let l = 0; l < m; l += 1) {
          const from = isTo ? l : k;
          const to = isTo ? k : l;
          if (letsArc(network, arc, from, to)) follow(j, l);
          else if (!spent && !isKnown(j, l, fact)) add(ruleAgainst(network, arc, from, to, rules));
        }
        break;
      }
      case CAUSE.Choice:
      case CAUSE.Callee: {
        const choice = network.choices[of]!;
        const called = cause[fact] === CAUSE.Callee;
        const from = called ? (choice.caller < 0 ? choice.place : domains.only(choice.caller)) : k;
        if (called) {
          if (choice.caller >= 0) followOthers(choice.caller, from);
          add(ruleAgainst(network, choice, from, k, rules));
        }
        const here = choice.crossing >= 0 && rules[choice.crossing] === 1;
        const spent = here || isSpent(choice);
        for (const j of choice.callees) {
          if (called && j === i) continue;
          if (here) {
            follow(j, from);
            continue;
          }
          state.work += (spent ? 4 : 12) * m;
          for (let l = 0; l < m; l += 1) {
            if (lets(network, choice, from, l)) follow(j, l);
            else if (!spent && !isKnown(j, l, fact)) add(ruleAgainst(network, choice, from, l, rules));
          }
        }
        break;
      }
      case CAUSE.Room: {
        add(demandRule[i * R + of]!);
        let left = network.room[k * R + of]! - demand[i * R + of]!;
        const members = state.membersAt(k, of, when[fact]!);
        // The largest are enough.
        members.sort((a, b) => demand[b * R + of]! - demand[a * R + of]! || a - b);
        for (const j of members) {
          if (left < 0) break;
          left -= demand[j * R + of]!;
          add(demandRule[j * R + of]!);
          followOthers(j, k);
        }
        break;
      }
      case CAUSE.Together: {
        // The nearest of the group are enough, with what binds them.
        let left = network.room[k * R + of]!;
        const inside = new Set<number>();
        for (const j of state.groupOf(i)) {
          if (left < 0) break;
          for (const side of state.bindingArcsOf(j)) {
            const arc = network.arcs[side >> 1]!;
            if (!inside.has((side & 1) === 1 ? arc.from : arc.to)) continue;
            const binding = [arc.crossing, arc.delay, arc.path, arc.bandwidth].filter((rule) => rule >= 0);
            add(binding.find((rule) => rules[rule] === 1) ?? binding[0] ?? -1);
          }
          inside.add(j);
          left -= demand[j * R + of]!;
          if (demand[j * R + of]! > 0) add(demandRule[j * R + of]!);
        }
        break;
      }
      case CAUSE.Decision:
        levels.add(of);
        break;
      default: {
        const proof = proofs[of]!;
        if (merged.has(proof)) break;
        merged.add(proof);
        state.work += rules.length + 10;
        for (let rule = 0; rule < rules.length; rule += 1) if (proof.rules[rule]) rules[rule] = 1;
        for (const level of proof.levels) levels.add(level);
      }
    }
  }
  return { rules, levels };
}
