import { meetsRequirement } from '../../api/labelrequirement.ts';
import type { Application, Location, Problem, Service } from '../problem.ts';
import type { Rule } from '../vocabulary.ts';
import type { FederationModel } from './federation.ts';

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
    if (up === id) return id;
    const top = root(up);
    parent.set(id, top);
    return top;
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
  return exclusionsAt(rulesFor(problem, federation, app, service, residency), k);
}

/** One rule that speaks about single locations, by their index. The message holds only where it forbids. */
export interface LocationRule {
  readonly rule: Rule;
  readonly forbids: (k: number) => boolean;
  /** Rules of one key forbid the same locations to all services; absent: each has to be asked. */
  readonly key: string | undefined;
  readonly message: (k: number) => string;
}

/** What the rules say about location `k`, in their order. */
export function exclusionsAt(rules: readonly LocationRule[], k: number): Exclusion[] {
  return rules.flatMap(({ rule, forbids, message }) => (forbids(k) ? [{ rule, message: message(k) }] : []));
}

/**
 * The rules that a service has, of which most have few: each is asked for every location, and for words only
 * where somebody reads them.
 */
export function rulesFor(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  service: Service,
  residency: ReadonlySet<string> | undefined,
): LocationRule[] {
  const rules: LocationRule[] = [];
  const at = (k: number) => problem.locations[k]!;
  const add = (rule: Rule, forbids: (k: number) => boolean, message: (k: number) => string, key?: string) =>
    rules.push({ rule, forbids, key: key === undefined ? undefined : `${rule} ${key}`, message });
  if (app.candidates) {
    const candidates = new Set(app.candidates);
    add(
      'Candidate',
      (k) => !candidates.has(at(k).id),
      (k) => app.excluded[at(k).id] ?? 'is no candidate of the application',
      '',
    );
  }
  if (service.onlyLocations) {
    const only = new Set(service.onlyLocations);
    add(
      'Selector',
      (k) => !only.has(at(k).id),
      () => 'is not in placement.clusters',
    );
  }
  if (service.notLocations.length > 0) {
    const not = new Set(service.notLocations);
    add(
      'Selector',
      (k) => not.has(at(k).id),
      () => 'is in placement.notClusters',
    );
  }
  if (service.requirements.length > 0) {
    const unmet = (k: number) => service.requirements.find((each) => !meetsRequirement(each, at(k).labels));
    add(
      'Selector',
      (k) => unmet(k) !== undefined,
      (k) => {
        const { key, operator, values } = unmet(k)!;
        return `label ${key} is ${at(k).labels[key] ?? 'not set'}, needs ${operator} ${values.join(', ')}`.trimEnd();
      },
    );
  }
  const taint = (k: number) =>
    at(k).taints.find(
      (each) =>
        each.effect !== 'PreferNoSelect' && !tolerated(service, each) && !runsOn(service, at(k), each),
    );
  add(
    'Taint',
    (k) => at(k).taints.length > 0 && taint(k) !== undefined,
    (k) => `has the taint ${taint(k)!.key}${taint(k)!.value ? `=${taint(k)!.value}` : ''}`,
    JSON.stringify([service.tolerations, (service.running ?? []).map(({ location }) => location)]),
  );
  for (const [rule, of, noun] of [
    ['SecurityClass', 'securityClass', 'security'],
    ['ComplianceClass', 'complianceClass', 'compliance'],
  ] as const) {
    const needed = service[of] ?? 0;
    if (needed > 0)
      add(
        rule,
        (k) => (at(k)[of] ?? 0) < needed,
        () => `holds too low a ${noun} class`,
        `${needed}`,
      );
  }
  if (residency) {
    add(
      'Residency',
      (k) => {
        const { jurisdiction } = at(k);
        return jurisdiction === undefined || !residency.has(jurisdiction);
      },
      (k) =>
        `lies in ${at(k).jurisdiction ?? 'no known jurisdiction'}, the data must stay in ${[...residency].join(' or ') || 'places that exclude each other'}`,
      JSON.stringify([...residency]),
    );
  }
  const required = service.data
    .filter(({ locality }) => locality === 'Required')
    .map((need) => ({ need, holders: holdersOf(problem, federation, need) }));
  if (required.length > 0) {
    const far = (k: number) => required.find(({ need, holders }) => !reaches(federation, need, holders, k));
    add(
      'Data',
      (k) => far(k) !== undefined,
      (k) => `data set ${far(k)!.need.dataset} is not within reach`,
    );
  }
  if (service.move.policy === 'Pinned' && service.running) {
    const pinned = new Set(service.running.map(({ location }) => location));
    add(
      'Pinned',
      (k) => !pinned.has(at(k).id),
      () => 'the service is pinned to where it runs',
    );
  }
  return [...rules, ...sizeRules(problem, federation, service)];
}

/** One replica has to fit into what is free, and then on one node. */
function sizeRules(
  { locations }: Problem,
  { free, resources }: FederationModel,
  service: Service,
): LocationRule[] {
  const R = resources.length;
  const demand = resources.flatMap((resource, r) => {
    const amount = service.demand[resource] ?? 0;
    return amount > 0 ? [{ resource, r, amount }] : [];
  });
  const tooBig = (k: number): (typeof demand)[number] | undefined => {
    // A loop, not a search by function: it runs for every service and location.
    for (let each = 0; each < demand.length; each += 1) {
      const { r, amount } = demand[each]!;
      if (amount > free[k * R + r]! * (1 + 1e-12)) return demand[each];
    }
    return undefined;
  };
  return [
    {
      rule: 'Capacity',
      key: undefined,
      forbids: (k) => tooBig(k) !== undefined,
      message: (k) => {
        const { resource, r, amount } = tooBig(k)!;
        return `has ${format(free[k * R + r]!)} ${resource} free, one replica needs ${format(amount)}`;
      },
    },
    {
      rule: 'Shape',
      key: undefined,
      forbids: (k) => {
        const { shapes } = locations[k]!;
        return shapes !== undefined && !shapes.some((shape) => fits(service, shape)) && !tooBig(k);
      },
      message: () => 'has no node with room for one replica',
    },
  ];
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
