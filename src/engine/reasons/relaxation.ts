import { check } from '../check.ts';
import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, Relaxation, Result } from '../result.ts';
import { RESULT_FORMAT, type Rule } from '../vocabulary.ts';
import { asMatrices } from './asmatrices.ts';
import type { Feasibility } from './feasibility.ts';
import { type Change, greatestBandwidth, greatestDemand, leastDelay } from './leastchange.ts';
import type { Draft, Requirement } from './requirement.ts';
import { drafted } from './requirements.ts';
import { amountText, figure, listed } from './words.ts';

/** Share of the budget for one question. */
const SHARE = 0.1;
const MOST = 4;
/** Requirements that are named where many have to go. */
const MOST_NAMED = 6;
/** Conflicts one after the other that are resolved together. */
const MOST_TOGETHER = 64;

/** A rule is harder to give up than a number; of rules, this order from the easiest. */
const EASIEST: readonly Rule[] = [
  'Spread',
  'Taint',
  'Selector',
  'Candidate',
  'Crossing',
  'Data',
  'Bandwidth',
  'Pinned',
  'Capacity',
  'Survival',
  'Residency',
];

interface Priced extends Omit<Relaxation, 'verified'> {
  /** Below 1: a number changes by this share. Above: a rule goes. */
  price: number;
  change: (draft: Draft) => void;
  /** The placement that the change allows. */
  at: Int32Array;
}

/**
 * The cheapest changes that make an application possible, cheapest first: the least change of one figure, or
 * one rule less. Where no single one is enough, one requirement of each conflict goes. Each is verified: the
 * referee judges the placement that was found with it, on the problem with the change.
 *
 * @param conflict requirements by number
 */
export function relaxationsOf(
  problem: Problem,
  app: Application,
  feasibility: Feasibility,
  conflict: readonly number[],
): Relaxation[] {
  const { requirements } = feasibility.system;
  const found: Priced[] = [];
  // Figures first: where enough of them help, nobody is told of a rule to give up, and none is asked about.
  for (const at of [...conflict].sort(
    (a, b) => leastPrice(requirements[a]!) - leastPrice(requirements[b]!),
  )) {
    if (found.length >= MOST && found[MOST - 1]!.price <= leastPrice(requirements[at]!)) break;
    const answer = feasibility.askWithout([at], SHARE);
    if (answer.kind !== 'Feasible') continue;
    const dear = found[MOST - 1]?.price ?? Number.POSITIVE_INFINITY;
    found.push(leastChange(app, feasibility, at, answer.at, dear) ?? dropped(feasibility, at, answer.at));
    found.sort((a, b) => a.price - b.price);
  }
  const priced = found.length > 0 ? found : together(feasibility, conflict);
  const isVerified = verifier(problem, app, feasibility);
  return priced
    .slice(0, MOST)
    .filter(isVerified)
    .map(({ price: _, change: __, at: ___, ...relaxation }) => ({ ...relaxation, verified: true }));
}

/** Whether the referee has nothing against the placement, once the change is made. */
function verifier(
  problem: Problem,
  app: Application,
  { system }: Feasibility,
): (relaxation: Priced) => boolean {
  const fast = asMatrices(problem, system.federation.paths);
  return ({ change, at }) => {
    const changed = drafted(fast, app, change);
    const answers = changed.applications.map((each) => ({
      application: each.id,
      services: each.id === app.id ? system.placesOf(at) : standingOf(each),
    }));
    const applications = answers.map(
      ({ application, services }): ApplicationResult => ({
        ...NOTHING_SAID,
        application,
        services: services.map((service) => ({ ...service, ruledOut: [] })),
      }),
    );
    const result: Result = { format: RESULT_FORMAT, engine: '', seed: 0, work: 0, prices: {}, applications };
    return check(changed, result).length === 0;
  };
}

const NOTHING_SAID: Omit<ApplicationResult, 'application' | 'services'> = {
  verdict: 'Feasible',
  channels: [],
  terms: {},
  normalised: {},
  proof: 'None',
  conflict: [],
  relaxations: [],
  dropped: [],
};

/** Callers are where they are. */
function standingOf({ services }: Application) {
  return services.map(({ id, running = [] }) => ({ service: id, shares: running }));
}

/** What giving up a requirement, or changing its figure, is priced at least. */
function leastPrice({ rule, figure: asked }: Requirement): number {
  return asked ? 0 : priceOf(rule);
}

/** Of giving up a rule. */
function priceOf(rule: Rule): number {
  const rank = EASIEST.indexOf(rule);
  return 2 + (rank < 0 ? EASIEST.length : rank);
}

function dropped({ system }: Feasibility, at: number, placement: Int32Array): Priced {
  const requirement = system.requirements[at]!;
  const { rule, service, channel, message } = requirement;
  return {
    rule,
    ...(service === undefined ? {} : { service }),
    ...(channel === undefined ? {} : { channel }),
    message: `drop the requirement that ${message} (then: ${placesOf(system.placesOf(placement), service)})`,
    price: priceOf(rule),
    change: requirement.drop,
    at: placement,
  };
}

/**
 * The least change of a figure; undefined for rules without one, when only giving it up helps, or when no
 * change that is priced below `dear` does.
 */
function leastChange(
  app: Application,
  feasibility: Feasibility,
  at: number,
  placement: Int32Array,
  dear: number,
): Priced | undefined {
  const { system } = feasibility;
  const requirement = system.requirements[at]!;
  const { rule, service = '', channel: id, resource = '', figure: asked } = requirement;
  if (!asked) return undefined;
  const changed = (found: Change): Pick<Priced, 'change' | 'at' | 'rule' | 'service'> => ({
    rule,
    service,
    change: (draft) => asked.set(draft, found.value),
    at: found.at,
  });
  const then = (found: Change) => {
    const own = app.channels.find((channel) => channel.id === id);
    const named =
      id === undefined || own?.to.application !== undefined ? [service] : [service, own?.to.service];
    return `(then: ${placesOf(system.placesOf(found.at), ...named)})`;
  };
  if (rule === 'Delay') {
    const found = leastDelay(feasibility, at, placement, dear * 100 * Math.max(asked.value, 1e-3));
    if (!found || found.value <= asked.value) return undefined;
    const to = `${figure(found.value)} ms`;
    return {
      ...changed(found),
      channel: id!,
      from: `${figure(asked.value)} ms`,
      to,
      message: `raise maxDelay of channel ${id} to ${to} ${then(found)}`,
      price: found.value / Math.max(asked.value, 1e-3) / 100,
    };
  }
  if (rule === 'Bandwidth') {
    const found = greatestBandwidth(feasibility, at);
    if (!found) return undefined;
    const to = `${figure(found.value)} Mbit/s`;
    return {
      ...changed(found),
      channel: id!,
      from: `${figure(asked.value)} Mbit/s`,
      to,
      message: `lower the bandwidth of channel ${id} to ${to} ${then(found)}`,
      price: 1 - found.value / asked.value,
    };
  }
  const found = greatestDemand(feasibility, at, asked.value * (1 - dear));
  if (!found) return undefined;
  const to = amountText(resource, found.value);
  return {
    ...changed(found),
    from: amountText(resource, asked.value),
    to,
    message: `lower the request of ${service} to ${to} ${then(found)}`,
    price: 1 - found.value / asked.value,
  };
}

/** The easiest requirement of each conflict that is still there, until what is left can be met. */
function together(feasibility: Feasibility, conflict: readonly number[]): Priced[] {
  const { requirements } = feasibility.system;
  const rank = (at: number) => {
    const known = EASIEST.indexOf(requirements[at]!.rule);
    return known < 0 ? EASIEST.length : known;
  };
  const easiest = (of: readonly number[]) => of.reduce((best, at) => (rank(at) < rank(best) ? at : best));
  if (conflict.length === 0) return [];
  let gone = [easiest(conflict)];
  let at: Int32Array | undefined;
  while (!at && gone.length < MOST_TOGETHER) {
    const answer = feasibility.askWithout(gone, SHARE);
    if (answer.kind === 'Unknown') return [];
    if (answer.kind === 'Feasible') at = answer.at;
    else gone.push(easiest([...answer.rules.keys()].filter((rule) => answer.rules[rule])));
  }
  if (!at) return [];
  for (const one of [...gone]) {
    const fewer = gone.filter((each) => each !== one);
    const answer = feasibility.askWithout(fewer, SHARE);
    if (answer.kind !== 'Feasible') continue;
    gone = fewer;
    at = answer.at;
  }
  const needed: Requirement[] = gone.map((each) => requirements[each]!);
  return [
    {
      rule: needed[0]!.rule,
      message: `drop together the requirements that ${fewOf(needed.map(({ message }) => message))}`,
      price: 0,
      change: (draft) => {
        for (const { drop } of needed) drop(draft);
      },
      at,
    },
  ];
}

/** All of a few, the first ones of many. */
function fewOf(messages: readonly string[]): string {
  if (messages.length <= MOST_NAMED) return listed(messages);
  return `${messages.slice(0, MOST_NAMED).join(', ')} and ${messages.length - MOST_NAMED} more`;
}

/** Where the named services would be; all locations in use when none is named. */
function placesOf(
  services: ReturnType<Feasibility['system']['placesOf']>,
  ...named: (string | undefined)[]
): string {
  const asked = named.filter((name) => name !== undefined);
  const wanted = asked.length === 0 ? services : services.filter(({ service }) => asked.includes(service));
  const order =
    asked.length === 0 ? wanted : asked.flatMap((name) => wanted.filter((each) => each.service === name));
  const names = [...new Set(order.flatMap(({ shares }) => shares.map(({ location }) => location)))];
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : listed(names);
}
