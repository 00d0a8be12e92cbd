import { meetsRequirement } from '../api/labelrequirement.ts';
import type { FederationModel } from './federation.ts';
import type { Application, Location, Problem, Service } from './problem.ts';
import type { Rule } from './result.ts';

/** A rule that forbids a location to a service, in words. */
export interface Exclusion {
  rule: Rule;
  message: string;
}

/**
 * Jurisdictions that each service must stay in, by flow: what reads bound data, and whatever it shares a
 * channel with, in either direction and transitively, stays until a channel that is declared clean.
 * Absent: no rule. Empty: rules that contradict each other.
 */
export function residencyByFlow(problem: Problem, app: Application): Map<string, ReadonlySet<string>> {
  const parent = new Map(app.services.map(({ id }) => [id, id]));
  const root = (id: string): string => {
    const up = parent.get(id)!;
    return up === id ? id : root(up);
  };
  for (const { from, to, clean } of app.channels) {
    if (!clean && to.application === undefined) parent.set(root(from), root(to.service));
  }
  const datasets = new Map(problem.datasets.map((dataset) => [dataset.id, dataset]));
  const byRoot = new Map<string, ReadonlySet<string>>();
  for (const { id, data } of app.services) {
    for (const { dataset } of data) {
      const residency = datasets.get(dataset)!.residency;
      if (residency.length === 0) continue;
      const before = byRoot.get(root(id));
      byRoot.set(root(id), new Set(before ? residency.filter((each) => before.has(each)) : residency));
    }
  }
  const result = new Map<string, ReadonlySet<string>>();
  for (const { id } of app.services) {
    const jurisdictions = byRoot.get(root(id));
    if (jurisdictions) result.set(id, jurisdictions);
  }
  return result;
}

/** Every rule that forbids location `k` to one replica of the service, whatever else is placed where. */
export function exclusionsOf(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  service: Service,
  residency: ReadonlySet<string> | undefined,
  k: number,
): readonly Exclusion[] {
  return exclusionsFor(problem, federation, app, service, residency)(k);
}

/** Shared by all locations that no rule forbids: most do not need an array of their own. */
const NONE: readonly Exclusion[] = [];

/** The same for all locations of one service: what does not depend on the location is looked up once. */
export function exclusionsFor(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  service: Service,
  residency: ReadonlySet<string> | undefined,
): (k: number) => readonly Exclusion[] {
  const candidates = app.candidates && new Set(app.candidates);
  const only = service.onlyLocations && new Set(service.onlyLocations);
  const not = new Set(service.notLocations);
  const demand = Object.entries(service.demand);
  const pinned =
    service.move.policy === 'Pinned' ? service.running?.map(({ location }) => location) : undefined;
  const required = service.data
    .filter(({ locality }) => locality === 'Required')
    .map((need) => ({ need, holders: holdersOf(problem, federation, need) }));
  return (k) => {
    const location = problem.locations[k]!;
    let found: Exclusion[] | undefined;
    const add = (rule: Rule, message: string) => {
      found ??= [];
      found.push({ rule, message });
    };
    if (candidates && !candidates.has(location.id)) {
      add('Candidate', app.excluded[location.id] ?? 'is no candidate of the application');
    }
    if (only && !only.has(location.id)) add('Selector', 'is not in placement.clusters');
    if (not.has(location.id)) add('Selector', 'is in placement.notClusters');
    const unmet =
      service.requirements.length === 0
        ? undefined
        : service.requirements.find((requirement) => !meetsRequirement(requirement, location.labels));
    if (unmet)
      add(
        'Selector',
        `label ${unmet.key} is ${location.labels[unmet.key] ?? 'not set'}, needs ${unmet.operator} ${unmet.values.join(', ')}`.trimEnd(),
      );
    const taint =
      location.taints.length === 0
        ? undefined
        : location.taints.find(
            (each) =>
              each.effect !== 'PreferNoSelect' &&
              !tolerated(service, each) &&
              !runsOn(service, location, each),
          );
    if (taint) add('Taint', `has the taint ${taint.key}${taint.value ? `=${taint.value}` : ''}`);
    if ((location.securityClass ?? 0) < (service.securityClass ?? 0))
      add('SecurityClass', 'holds too low a security class');
    if ((location.complianceClass ?? 0) < (service.complianceClass ?? 0))
      add('ComplianceClass', 'holds too low a compliance class');
    if (residency && !(location.jurisdiction !== undefined && residency.has(location.jurisdiction))) {
      add(
        'Residency',
        `lies in ${location.jurisdiction ?? 'no known jurisdiction'}, the data must stay in ${[...residency].join(' or ') || 'places that exclude each other'}`,
      );
    }
    const far =
      required.length === 0
        ? undefined
        : required.find(({ need, holders }) => !reaches(federation, need, holders, k));
    if (far) add('Data', `data set ${far.need.dataset} is not within reach`);
    if (pinned && !pinned.includes(location.id)) add('Pinned', 'the service is pinned to where it runs');
    // A loop, not a search by function: it runs for every service and location.
    let tooBig: (typeof demand)[number] | undefined;
    for (let each = 0; each < demand.length && !tooBig; each += 1) {
      const [resource, amount] = demand[each]!;
      if (amount > (location.free[resource] ?? 0) * (1 + 1e-12)) tooBig = demand[each];
    }
    if (tooBig)
      add(
        'Capacity',
        `has ${format(location.free[tooBig[0]] ?? 0)} ${tooBig[0]} free, one replica needs ${format(tooBig[1])}`,
      );
    else if (location.shapes && !location.shapes.some((shape) => fits(service, shape)))
      add('Shape', 'has no node with room for one replica');
    return found ?? NONE;
  };
}

function tolerated({ tolerations }: Service, taint: Location['taints'][number]): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === ''
        ? operator === 'Exists'
        : key === taint.key && (operator === 'Exists' || value === taint.value)),
  );
}

/** NoSelectIfNew lets stay what runs already. */
function runsOn({ running }: Service, { id }: Location, taint: Location['taints'][number]): boolean {
  return taint.effect === 'NoSelectIfNew' && (running ?? []).some(({ location }) => location === id);
}

/** Required data is on the location, or within its delay limit of a replica that is fresh enough. */
function reaches(
  { paths }: FederationModel,
  { maxDelayMs }: Service['data'][number],
  holders: readonly number[],
  k: number,
): boolean {
  return holders.some(
    (holder) =>
      holder === k ||
      (maxDelayMs !== undefined && paths.delay[k * paths.size + holder]! <= maxDelayMs + 1e-9),
  );
}

/** Locations that hold a replica fresh enough for the need. Unknown staleness is not fresh enough. */
export function holdersOf(
  problem: Problem,
  federation: FederationModel,
  need: Service['data'][number],
): number[] {
  const dataset = problem.datasets.find(({ id }) => id === need.dataset)!;
  return dataset.holders
    .filter(
      ({ stalenessSeconds }) =>
        need.maxStalenessSeconds === undefined ||
        (stalenessSeconds !== undefined && stalenessSeconds <= need.maxStalenessSeconds),
    )
    .map(({ location }) => federation.index.get(location)!);
}

function fits({ demand }: Service, shape: Record<string, number>): boolean {
  return Object.entries(demand).every(
    ([resource, amount]) => shape[resource] === undefined || amount <= shape[resource] * (1 + 1e-12),
  );
}

function format(amount: number): string {
  return String(Math.round(amount * 1000) / 1000);
}
