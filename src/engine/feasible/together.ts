import type { Conflict } from './conflict.ts';
import type { ConstraintNetwork, PairRules } from './network.ts';

/** Two variables that can only be on one location: by a rule, and where `callees` are together, by that too. */
interface Bond {
  readonly from: number;
  readonly to: number;
  readonly rule: number;
  readonly callees: readonly number[];
}

/**
 * A spread of what can only be on one location: whoever may not cross locations to a callee, and all that it
 * so binds, is one part. Arcs and choices one by one do not see it, and a search would learn it anew for every
 * location. O(variables + arcs + choices x callees) for each bond of a choice.
 */
export function tornApart(network: ConstraintNetwork): Conflict | undefined {
  const spreads = network.spreads.filter(({ members, most }) => members.length === most && most > 1);
  if (spreads.length === 0) return undefined;
  const { partOf, bonds } = partsOf(network);
  for (const { rule, min, members } of spreads) {
    if (new Set(members.map((i) => partOf[i]!)).size >= min) continue;
    const rules = new Set([rule]);
    const told = new Set<Bond>();
    for (const i of members) {
      const first = members.find((j) => partOf[j] === partOf[i])!;
      tell(bonds, first, i, rules, told);
    }
    return { rules: [...rules], facts: [] };
  }
  return undefined;
}

/** The rule that lets two ends be on one location only; undefined: they may be apart. */
export function bindingRule(network: ConstraintNetwork, rules: PairRules): number | undefined {
  if (rules.crossing >= 0) return rules.crossing;
  return rules.maxDelay < network.leastDelay ? rules.delay : undefined;
}

/** Parts by variable, and the bonds, a forest, by which they came about. */
function partsOf(network: ConstraintNetwork): { partOf: Int32Array; bonds: Bond[][] } {
  const { variables: n } = network;
  const partOf = Int32Array.from({ length: n }, (_, i) => i);
  const bonds: Bond[][] = Array.from({ length: n }, () => []);
  const bind = (from: number, to: number, rule: number, callees: readonly number[]): boolean => {
    const [kept, gone] = [partOf[from]!, partOf[to]!];
    if (kept === gone) return false;
    for (let i = 0; i < n; i += 1) if (partOf[i] === gone) partOf[i] = kept;
    const bond = { from, to, rule, callees };
    bonds[from]!.push(bond);
    bonds[to]!.push(bond);
    return true;
  };
  for (const arc of network.arcs) {
    const rule = bindingRule(network, arc);
    if (rule !== undefined) bind(arc.from, arc.to, rule, []);
  }
  // Callees that are together serve their callers from one location only.
  for (let again = true; again; ) {
    again = false;
    for (const choice of network.choices) {
      const { caller, callees } = choice;
      const [first] = callees;
      const rule = bindingRule(network, choice);
      if (caller < 0 || first === undefined || rule === undefined) continue;
      if (callees.every((j) => partOf[j] === partOf[first]))
        again = bind(caller, first, rule, callees) || again;
    }
  }
  return { partOf, bonds };
}

/** Adds the rules of the bonds between two variables of a part. */
function tell(
  bonds: readonly (readonly Bond[])[],
  from: number,
  to: number,
  rules: Set<number>,
  told: Set<Bond>,
): void {
  for (const bond of wayBetween(bonds, from, to)) {
    if (told.has(bond)) continue;
    told.add(bond);
    if (bond.rule >= 0) rules.add(bond.rule);
    // They were together before this bond was, so that none of theirs needs it.
    for (const j of bond.callees) tell(bonds, bond.to, j, rules, told);
  }
}

function wayBetween(bonds: readonly (readonly Bond[])[], from: number, to: number): Bond[] {
  const reached = new Map<number, Bond | undefined>([[from, undefined]]);
  for (const i of reached.keys()) {
    if (i === to) break;
    for (const bond of bonds[i]!) {
      const other = bond.from === i ? bond.to : bond.from;
      if (!reached.has(other)) reached.set(other, bond);
    }
  }
  const way: Bond[] = [];
  for (let i = to, bond = reached.get(i); bond; bond = reached.get(i)) {
    way.push(bond);
    i = bond.from === i ? bond.to : bond.from;
  }
  return way;
}
