import type { Budget } from '../budget.ts';
import { type Gqap, PAIR_RULE } from '../gqap/gqap.ts';
import type { Judge } from '../model/judge.ts';
import {
  type Arc,
  type Choice,
  type ConstraintNetwork,
  leastDelayOf,
  type PairRules,
  type Spread,
} from './network.ts';
import { satisfy } from './search.ts';

const NO_RULES: readonly number[] = [];

/** What may be spent on a first look. */
const LOOK_WORK = 4_000_000;

/**
 * A first look at the hard rules of a placement problem, without its costs: a placement, 'None' where it is
 * proved that there is none, undefined where more than a look is needed. Where simpler constructions end
 * nowhere there is often nothing at all, and the rules alone show it.
 */
export function firstLook(gqap: Gqap, judge: Judge, budget: Budget): Int32Array | 'None' | undefined {
  const part = budget.part(LOOK_WORK);
  const answer = satisfy(networkOf(gqap, judge), (work) => {
    part.spend(work);
    return !part.exhausted();
  });
  budget.spend(part.spent);
  if (answer.kind === 'Feasible') return answer.at;
  return answer.kind === 'Infeasible' ? 'None' : undefined;
}

/** Nobody is to blame in it. O(variables x locations + pairs). */
export function networkOf(gqap: Gqap, judge: Judge): ConstraintNetwork {
  const { variables: n, locations: m, resources: R, pairs, nearest, bandwidth } = gqap;
  const allowed = new Uint8Array(n * m);
  for (let at = 0; at < allowed.length; at += 1)
    allowed[at] = gqap.unary[at] === Number.POSITIVE_INFINITY ? 0 : 1;
  const ruled = ({ maxDelay, rule, mbps }: { maxDelay: number; rule: number; mbps: number }): PairRules => ({
    crossing: rule === PAIR_RULE.SameLocation ? 0 : -1,
    path: -1,
    delay: -1,
    maxDelay,
    bandwidth: -1,
    mbps: bandwidth ? mbps : 0,
  });
  const arcs: Arc[] = [];
  const add = (from: number, to: number, rules: PairRules, more: Partial<Arc> = {}) =>
    arcs.push({ from, to, apart: undefined, apartRule: -1, ordered: false, ...rules, ...more });
  for (let p = 0; p < pairs.count; p += 1) {
    const rule = pairs.rule[p]!;
    const apart =
      rule === PAIR_RULE.OtherZone ? 'Zone' : rule === PAIR_RULE.OtherLocation ? 'Location' : undefined;
    const rules = ruled({ maxDelay: pairs.maxDelay[p]!, rule, mbps: pairs.mbps[p]! });
    const free = rules.maxDelay === Number.POSITIVE_INFINITY && rules.crossing < 0 && rules.mbps === 0;
    if (!free || apart) add(pairs.from[p]!, pairs.to[p]!, rules, { apart });
  }
  const none = ruled({ maxDelay: Number.POSITIVE_INFINITY, rule: PAIR_RULE.Any, mbps: 0 });
  for (let i = 0; i < n; i += 1) if (gqap.twin[i]! >= 0) add(gqap.twin[i]!, i, none, { ordered: true });
  const choices = nearest.map(
    (factor): Choice => ({
      caller: factor.caller,
      place: factor.callerLocation,
      callees: [...factor.callees],
      ...ruled(factor),
    }),
  );
  return {
    variables: n,
    locations: m,
    resources: R,
    rules: 1,
    allowed,
    whyNot: () => NO_RULES,
    demand: gqap.demand,
    demandRule: new Int32Array(n * R).fill(-1),
    room: gqap.room,
    zone: gqap.zone,
    delay: gqap.network.hardDelay,
    leastDelay: leastDelayOf(gqap.network.hardDelay, m),
    pairRoom: bandwidth?.pairRoom,
    arcs,
    choices,
    spreads: apartGroups(arcs),
    links: undefined,
    judge: (at) =>
      judge(at) === Number.POSITIVE_INFINITY ? { rules: [], variables: [...at.keys()] } : undefined,
  };
}

/** Variables that are all apart from one another. */
function apartGroups(arcs: readonly Arc[]): Spread[] {
  const groups: { over: Spread['over']; members: number[] }[] = [];
  for (const { from, to, apart } of arcs) {
    if (!apart) continue;
    const known = groups.find(({ members }) => members.includes(from));
    if (!known) groups.push({ over: apart, members: [from, to] });
    else if (!known.members.includes(to)) known.members.push(to);
  }
  return groups.map(({ over, members }) => ({
    rule: -1,
    over,
    min: members.length,
    most: members.length,
    members,
  }));
}
