import type { AppModel, Outside } from './appmodel.ts';
import type { Budget } from './budget.ts';
import type { FederationModel } from './federation.ts';
import type { Load } from './load.ts';
import type { Application, Channel, Problem, Service } from './problem.ts';
import type { Reason, Relaxation, Rule } from './result.ts';
import { searchApp } from './searchapp.ts';

/** A requirement that can be left out to see whether the rest can be met. */
interface Requirement {
  key: string;
  rule: Rule;
  service?: Service;
  channel?: Channel;
}

const SERVICE_RULES: readonly Rule[] = [
  'Candidate',
  'Selector',
  'Taint',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
  'Data',
  'Pinned',
  'Capacity',
  'Shape',
];

/** Work for each of the many small questions, in units. */
const QUESTION_WORK = 20_000;

export interface Conflict {
  conflict: Reason[];
  relaxations: Relaxation[];
}

/**
 * A small set of requirements that no placement meets together, by leaving out one after the other and
 * keeping those without which a placement exists (deletion filter); and for each of them that can be
 * loosened the least change that helps, verified by solving again.
 */
export function explainInfeasible(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  outside: Outside,
  load: Load,
  budget: Budget,
): Conflict {
  const solve = (relaxed: ReadonlySet<string>) => {
    const part = budget.part(QUESTION_WORK);
    const found = searchApp(problem, federation, app, outside, load, part, relaxed);
    budget.spend(part.spent);
    return found;
  };
  const relaxed = new Set<string>();
  const needed: Requirement[] = [];
  for (const requirement of requirementsOf(app)) {
    if (budget.exhausted()) {
      needed.push(requirement);
      continue;
    }
    relaxed.add(requirement.key);
    const without = solve(relaxed);
    // Still impossible without it: it does not belong to the conflict, and stays out.
    if (without.complete && without.at === undefined) continue;
    relaxed.delete(requirement.key);
    needed.push(requirement);
  }
  const conflict = needed.map((requirement) => reasonOf(app, requirement));
  const relaxations = needed.flatMap((requirement) => {
    if (budget.exhausted()) return [];
    const alone = solve(new Set([requirement.key]));
    return alone.at ? [relaxationOf(requirement, alone.model, alone.at)] : [];
  });
  return {
    conflict,
    relaxations: relaxations.sort((a, b) => preference(a.rule) - preference(b.rule)).slice(0, 4),
  };
}

/** A number is more easily changed than a rule. */
const EASIEST: readonly Rule[] = ['Delay', 'Bandwidth', 'Capacity', 'Shape', 'Spread'];

function preference(rule: Rule): number {
  const at = EASIEST.indexOf(rule);
  return at < 0 ? EASIEST.length : at;
}

/** Requirements from the most general to the most telling: what is tried last is most likely to stay. */
function requirementsOf(app: Application): Requirement[] {
  const ofServices = app.services.flatMap((service) =>
    SERVICE_RULES.map((rule): Requirement => ({ key: `${rule}:${service.id}`, rule, service })),
  );
  const spreads = app.services
    .filter(({ spread }) => spread !== undefined)
    .map((service): Requirement => ({ key: `Spread:${service.id}`, rule: 'Spread', service }));
  const ofChannels = app.channels.flatMap((channel): Requirement[] => [
    ...(app.crossing ? [] : [{ key: `Crossing:${channel.id}`, rule: 'Crossing' as const, channel }]),
    ...(channel.class === 'ASSURED' && channel.maxDelayMs !== undefined
      ? [{ key: `Delay:${channel.id}`, rule: 'Delay' as const, channel }]
      : []),
    ...(channel.class === 'ASSURED' && channel.bandwidthMbps
      ? [{ key: `Bandwidth:${channel.id}`, rule: 'Bandwidth' as const, channel }]
      : []),
  ]);
  const survival: Requirement[] = app.survive === 'AnyDomain' ? [{ key: 'Survival', rule: 'Survival' }] : [];
  return [...survival, ...spreads, ...ofServices, ...ofChannels];
}

function reasonOf(app: Application, { rule, service, channel }: Requirement): Reason {
  return {
    rule,
    application: app.id,
    ...(service ? { service: service.id } : {}),
    ...(channel ? { service: channel.from, channel: channel.id } : {}),
    message: wordsOf(rule, service, channel),
  };
}

/** A requirement in the words of whoever wrote the application. */
function wordsOf(rule: Rule, service: Service | undefined, channel: Channel | undefined): string {
  const name = service?.id ?? channel?.from ?? 'the application';
  switch (rule) {
    case 'Candidate':
      return `${name} may only use clusters that are open to its namespace and available`;
    case 'Selector':
      return `${name} ${placementWords(service)}`;
    case 'Taint':
      return `${name} does not tolerate the taints of some clusters`;
    case 'SecurityClass':
      return `${name} needs a cluster of its security class`;
    case 'ComplianceClass':
      return `${name} needs a cluster of its compliance class`;
    case 'Residency':
      return `${name} works on data that may not leave its jurisdiction`;
    case 'Data':
      return `${name} must be within reach of ${
        service?.data
          .filter(({ locality }) => locality === 'Required')
          .map(({ dataset }) => `data set ${dataset}`)
          .join(' and ') || 'its data'
      }`;
    case 'Pinned':
      return `${name} is pinned to where it runs`;
    case 'Capacity':
      return `${name} needs ${amounts(service)}`;
    case 'Shape':
      return `${name} needs a node with room for ${amounts(service)}`;
    case 'Spread':
      return `${name} must be spread over ${service?.spread?.min ?? 2} ${service?.spread?.over === 'Location' ? 'clusters' : 'zones'}`;
    case 'Survival':
      return 'the application must stay up when any one failure domain is lost';
    case 'Delay':
      return `${name} must be within ${channel?.maxDelayMs ?? 0} ms of ${channel?.to.service ?? ''} (channel ${channel?.id ?? ''}, ASSURED)`;
    case 'Bandwidth':
      return `channel ${channel?.id ?? ''} (ASSURED) needs ${channel?.bandwidthMbps ?? 0} Mbit/s`;
    case 'Path':
      return `no path is known for channel ${channel?.id ?? ''}`;
    case 'Crossing':
      return `channel ${channel?.id ?? ''} may not cross clusters: no FederationPolicy connects them`;
  }
}

function placementWords(service: Service | undefined): string {
  const { onlyLocations, notLocations = [], requirements = [] } = service ?? {};
  const parts = [
    ...(onlyLocations ? [`may only run on ${onlyLocations.join(', ')}`] : []),
    ...(notLocations.length > 0 ? [`may not run on ${notLocations.join(', ')}`] : []),
    ...requirements.map(({ key, operator, values }) =>
      `needs label ${key} ${operator} ${values.join(', ')}`.trimEnd(),
    ),
  ];
  return parts.join(' and ') || 'has placement rules';
}

function amounts(service: Service | undefined): string {
  // A Pod slot is nothing that anybody asked for.
  const asked = Object.entries(service?.demand ?? {}).filter(([resource]) => resource !== 'pods');
  const each = asked.map(([resource, amount]) => {
    const number = Math.round(amount * 1000) / 1000;
    return resource === 'memory' ? `${number} GiB memory` : `${number} ${resource}`;
  });
  return `${each.join(', ')}${(service?.replicas ?? 1) > 1 ? ` for each of ${service?.replicas} replicas` : ''}`;
}

/** The least change of one requirement that the placement found without it shows to be enough. */
function relaxationOf({ rule, service, channel }: Requirement, model: AppModel, at: Int32Array): Relaxation {
  const base = { rule, verified: true, ...(service ? { service: service.id } : {}) };
  if (rule === 'Delay' && channel) {
    const index = model.channels.findIndex(({ id }) => id === channel.id);
    const places = placesOf(model, index, at);
    const to = Math.ceil(places.delay * 1000) / 1000;
    return {
      ...base,
      channel: channel.id,
      from: `${channel.maxDelayMs} ms`,
      to: `${to} ms`,
      message: `raise maxDelay of channel ${channel.id} to ${to} ms (then: ${places.names})`,
    };
  }
  const about = service ? model.services.findIndex(({ id }) => id === service.id) : 0;
  const where = model.federation.ids[at[model.services[about]!.shards[0]!]!]!;
  return {
    ...base,
    ...(channel ? { channel: channel.id } : {}),
    message: `drop the requirement that ${wordsOf(rule, service, channel)} (then: ${where})`,
  };
}

function placesOf(model: AppModel, channel: number, at: Int32Array): { delay: number; names: string } {
  const m = model.federation.ids.length;
  const { from, to } = model.channels[channel]!;
  const locations = [from, to].map((end) =>
    'shares' in end ? end.shares[0]!.location : at[model.services[end.service]!.shards[0]!]!,
  );
  const names = locations.map((k) => model.federation.ids[k]!);
  return {
    delay: model.federation.paths.delay[locations[0]! * m + locations[1]!]!,
    names: names.join(' and '),
  };
}
