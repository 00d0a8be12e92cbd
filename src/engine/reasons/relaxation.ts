import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, Relaxation, Rule } from '../result.ts';
import type { Feasibility } from './feasibility.ts';
import type { Requirement } from './requirement.ts';
import { amountText, figure, listed } from './words.ts';

/** Share of the budget for one question. */
const SHARE = 0.15;
/** Steps of a search for the least change of a number: to a hundredth of the way. */
const BISECTIONS = 7;
const MOST = 4;

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

interface Priced extends Relaxation {
  /** Below 1: a number changes by this share. Above: a rule goes. */
  price: number;
}

/**
 * The cheapest changes that make an application possible, cheapest first, each verified by solving again:
 * the least change of one number, or one rule less. Where no single one is enough, the first requirements of
 * one conflict after another go together.
 */
export function relaxationsOf(
  problem: Problem,
  app: Application,
  requirements: readonly Requirement[],
  conflict: readonly Requirement[],
  feasibility: Feasibility,
): Relaxation[] {
  const found = conflict.flatMap((requirement): Priced[] => {
    const answer = feasibility.without(new Set([requirement.key]), SHARE);
    if (answer.kind !== 'Feasible') return [];
    return [
      leastChange(problem, app, requirement, answer.placement, feasibility) ??
        dropped(requirement, answer.placement),
    ];
  });
  if (found.length === 0) return together(requirements, conflict, feasibility);
  return found
    .sort((a, b) => a.price - b.price)
    .slice(0, MOST)
    .map(({ price: _, ...relaxation }) => relaxation);
}

function dropped({ rule, service, channel, message }: Requirement, placement: ApplicationResult): Priced {
  const at = EASIEST.indexOf(rule);
  return {
    rule,
    ...(service === undefined ? {} : { service }),
    ...(channel === undefined ? {} : { channel }),
    message: `drop the requirement that ${message} (then: ${placesOf(placement, service)})`,
    verified: true,
    price: 2 + (at < 0 ? EASIEST.length : at),
  };
}

/** The least change of a number; undefined for rules without one, or when only giving it up helps. */
function leastChange(
  problem: Problem,
  app: Application,
  requirement: Requirement,
  placement: ApplicationResult,
  feasibility: Feasibility,
): Priced | undefined {
  const { rule, service, channel, resource } = requirement;
  const draft = (change: (app: Application) => void): Application => {
    const changed = structuredClone(app);
    change(changed);
    return changed;
  };
  const base = { rule, verified: true, ...(service === undefined ? {} : { service }) };
  const named = app.channels.find(({ id }) => id === channel);
  if (rule === 'Delay' && named?.maxDelayMs !== undefined) {
    const at = (limit: number) =>
      draft((changed) => {
        changed.channels.find(({ id }) => id === channel)!.maxDelayMs = limit;
      });
    const enough = placement.channels.find((each) => each.channel === channel)?.delayMs;
    const now = named.maxDelayMs;
    const limits = feasibility.delays().filter((delay) => delay > now && delay <= (enough ?? 0));
    const least = leastOf(limits.map(readable), at, feasibility);
    if (!least) return undefined;
    return {
      ...base,
      channel: named.id,
      from: `${figure(named.maxDelayMs)} ms`,
      to: `${figure(least.value)} ms`,
      message: `raise maxDelay of channel ${named.id} to ${figure(least.value)} ms (then: ${placesOf(least.placement, named.from, named.to.service)})`,
      price: least.value / Math.max(named.maxDelayMs, 1e-3) / 100,
    };
  }
  if (rule === 'Bandwidth' && named?.bandwidthMbps !== undefined) {
    const at = (limit: number) =>
      draft((changed) => {
        changed.channels.find(({ id }) => id === channel)!.bandwidthMbps = limit;
      });
    const least = bisect(named.bandwidthMbps, 0, roundDown, at, feasibility);
    if (!least || least.value === 0) return undefined;
    return {
      ...base,
      channel: named.id,
      from: `${figure(named.bandwidthMbps)} Mbit/s`,
      to: `${figure(least.value)} Mbit/s`,
      message: `lower the bandwidth of channel ${named.id} to ${figure(least.value)} Mbit/s (then: ${placesOf(least.placement, named.from, named.to.service)})`,
      price: 1 - least.value / named.bandwidthMbps,
    };
  }
  const demand = app.services.find(({ id }) => id === service)?.demand[resource ?? ''];
  if (rule === 'Capacity' && resource !== undefined && service !== undefined && demand !== undefined) {
    const whole = resource.includes('/') || resource === 'pods';
    const at = (amount: number) =>
      draft((changed) => {
        changed.services.find(({ id }) => id === service)!.demand[resource] = amount;
      });
    // What the emptiest location has is nearly always the answer.
    const free = problem.locations.map((location) => location.free[resource] ?? 0);
    const room = Math.max(0, ...free.filter((amount) => amount < demand));
    const round = whole ? Math.floor : roundDown;
    const least =
      bisect(demand, round(room), round, at, feasibility) ?? bisect(demand, 0, round, at, feasibility);
    // Half of what it asks for is another application.
    if (!least || least.value < demand / 2) return undefined;
    return {
      ...base,
      from: amountText(resource, demand),
      to: amountText(resource, least.value),
      message: `lower the request of ${service} to ${amountText(resource, least.value)} (then: ${placesOf(least.placement, service)})`,
      price: 1 - least.value / demand,
    };
  }
  return undefined;
}

/** The first of rising values that helps, where all after it do, too; found by halving. */
function leastOf(
  values: readonly number[],
  at: (value: number) => Application,
  feasibility: Feasibility,
): { value: number; placement: ApplicationResult } | undefined {
  let best: { value: number; placement: ApplicationResult } | undefined;
  let [low, high] = [0, values.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const answer = feasibility.changed(at(values[middle]!), SHARE);
    if (answer.kind === 'Feasible') {
      best = { value: values[middle]!, placement: answer.placement };
      high = middle - 1;
    } else low = middle + 1;
  }
  return best;
}

/** As people are told it, but never below: what is told is what was solved. */
function readable(value: number): number {
  const shown = Number(value.toPrecision(4));
  return shown >= value ? shown : roundUp(value);
}

/**
 * The value nearest to `from` that helps, between it and `to`, which is thought to; undefined when `to` does
 * not. Values are rounded away from `from` before they are tried, so that what is told is what was solved.
 */
function bisect(
  from: number,
  to: number,
  round: (value: number) => number,
  at: (value: number) => Application,
  feasibility: Feasibility,
): { value: number; placement: ApplicationResult } | undefined {
  const first = feasibility.changed(at(to), SHARE);
  if (first.kind !== 'Feasible') return undefined;
  let best = { value: to, placement: first.placement };
  let bad = from;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const value = round((bad + best.value) / 2);
    if (value === best.value || value === bad) break;
    const answer = feasibility.changed(at(value), SHARE);
    if (answer.kind === 'Feasible') best = { value, placement: answer.placement };
    else bad = value;
  }
  return best;
}

/** Three significant digits. */
function roundUp(value: number): number {
  return rounded(value, Math.ceil);
}

function roundDown(value: number): number {
  return rounded(value, Math.floor);
}

function rounded(value: number, whole: (value: number) => number): number {
  if (value === 0) return 0;
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  // Written as text and read back: 0.1 * 3 must not become 0.31.
  const scaled = whole(Number((value * 10 ** digits).toFixed(6)));
  return Number(`${scaled}e${-digits}`);
}

/** One requirement of each conflict, until what is left can be met. */
function together(
  requirements: readonly Requirement[],
  conflict: readonly Requirement[],
  feasibility: Feasibility,
): Relaxation[] {
  const easiest = [...conflict].sort((a, b) => rank(a) - rank(b));
  const order = [...easiest, ...requirements.filter((each) => !conflict.includes(each))];
  const helps = (gone: readonly Requirement[]) =>
    feasibility.without(new Set(gone.map(({ key }) => key)), SHARE).kind === 'Feasible';
  // The more is given up the easier it gets: the shortest beginning that helps is found by halving.
  let [few, many] = [0, order.length];
  if (!helps(order)) return [];
  while (many - few > 1) {
    const middle = (few + many) >> 1;
    if (helps(order.slice(0, middle))) many = middle;
    else few = middle;
  }
  const needed = shortened(order.slice(0, many), helps);
  return [
    {
      rule: needed[0]!.rule,
      message: `drop together the requirements that ${listed(needed.map(({ message }) => message))}`,
      verified: true,
    },
  ];
}

/** Less what need not go for the rest to help. */
function shortened(
  gone: readonly Requirement[],
  helps: (gone: readonly Requirement[]) => boolean,
): Requirement[] {
  let needed = [...gone];
  for (const requirement of gone.slice(0, -1)) {
    const fewer = needed.filter((each) => each !== requirement);
    if (helps(fewer)) needed = fewer;
  }
  return needed;
}

function rank({ rule }: Requirement): number {
  const at = EASIEST.indexOf(rule);
  return at < 0 ? EASIEST.length : at;
}

/** Where the named services would be; all locations in use when none is named. */
function placesOf({ services }: ApplicationResult, ...named: (string | undefined)[]): string {
  const asked = named.filter((name) => name !== undefined);
  const wanted = asked.length === 0 ? services : services.filter(({ service }) => asked.includes(service));
  const order =
    asked.length === 0 ? wanted : asked.flatMap((name) => wanted.filter((each) => each.service === name));
  const names = [...new Set(order.flatMap(({ shares }) => shares.map(({ location }) => location)))];
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : listed(names);
}
