import type { Application, Channel, Dataset, Problem, Service } from '../problem.ts';
import type { Rule } from '../result.ts';
import { amountText, figure } from './words.ts';

/** One thing that an application asks for, which can be left out to see whether the rest can be met. */
export interface Requirement {
  /** Unique within the application. */
  key: string;
  rule: Rule;
  service?: string;
  channel?: string;
  dataset?: string;
  resource?: string;
  /** In the words of whoever wrote the application: `detector needs 2 cpu`. */
  message: string;
  /** The other end of a channel, and the same requirement as that one sees it. */
  peer?: { service: string; message: string };
  /** Takes the requirement out of a draft. */
  drop: (draft: Draft) => void;
}

/** A copy of an application, and of the data sets, to take requirements out of. */
export interface Draft {
  app: Application;
  datasets: Dataset[];
  /** Channels that need no known path any more. */
  pathless: Set<string>;
}

/**
 * Everything that can stand in the way of an application, in the order in which it is tried to do without:
 * what is tried last is most likely to be named. So what administrators decide and plain size come first,
 * and what the author of the application wrote about limits, data and places comes last.
 */
export function requirementsOf(problem: Problem, app: Application): Requirement[] {
  const datasets = new Map(problem.datasets.map((dataset) => [dataset.id, dataset]));
  const used = [...new Set(app.services.flatMap(({ data }) => data.map(({ dataset }) => dataset)))];
  return [
    ...candidateRule(app),
    ...app.services.flatMap((service) => capacityRules(service)),
    ...app.channels.flatMap((channel) => bandwidthRule(channel)),
    ...survivalRule(app),
    ...app.services.flatMap((service) => spreadRule(service)),
    ...app.services.flatMap((service) => taintRule(problem, service)),
    ...crossingRule(app),
    ...app.channels.flatMap((channel) => channelRules(channel)),
    ...app.services.flatMap((service) => dataRules(service)),
    ...used.flatMap((id) => residencyRule(datasets.get(id))),
    ...app.services.flatMap((service) => classRules(service)),
    ...app.services.flatMap((service) => pinnedRule(service)),
    ...app.services.flatMap((service) => selectorRules(service)),
  ];
}

/** The problem with one application in place of all, less the requirements whose keys are given. */
export function without(
  problem: Problem,
  app: Application,
  requirements: readonly Requirement[],
  removed: ReadonlySet<string>,
): Problem {
  const draft: Draft = {
    app: structuredClone(app),
    datasets: structuredClone(problem.datasets),
    pathless: new Set(),
  };
  for (const requirement of requirements) if (removed.has(requirement.key)) requirement.drop(draft);
  for (const channel of draft.app.channels) {
    // A limit or a reservation that still stands needs a path, too.
    const free = channel.maxDelayMs === undefined && channel.bandwidthMbps === undefined;
    if (draft.pathless.has(channel.id) && free) channel.class = 'BESTEFFORT';
  }
  return { ...problem, applications: [draft.app], datasets: draft.datasets };
}

function serviceOf({ app }: Draft, id: string): Service {
  return app.services.find((service) => service.id === id)!;
}

function candidateRule(app: Application): Requirement[] {
  if (!app.candidates) return [];
  const names = app.candidates.slice(0, 5).join(', ');
  const more = app.candidates.length > 5 ? ` and ${app.candidates.length - 5} more` : '';
  return [
    {
      key: 'Candidate',
      rule: 'Candidate',
      message: `only ${names || 'no cluster'}${more} ${app.candidates.length === 1 ? 'is' : 'are'} open to the application`,
      drop: (draft) => {
        delete draft.app.candidates;
      },
    },
  ];
}

function capacityRules(service: Service): Requirement[] {
  return Object.entries(service.demand)
    .filter(([, amount]) => amount > 0)
    .map(([resource, amount]): Requirement => {
      const each = service.replicas > 1 ? ` for each of ${service.replicas} replicas` : '';
      return {
        key: `Capacity:${service.id}:${resource}`,
        rule: 'Capacity',
        service: service.id,
        resource,
        message: `${service.id} needs ${amountText(resource, amount)}${each}`,
        drop: (draft) => {
          delete serviceOf(draft, service.id).demand[resource];
        },
      };
    });
}

function bandwidthRule({ id, from, class: channelClass, bandwidthMbps }: Channel): Requirement[] {
  if (channelClass !== 'ASSURED' || !bandwidthMbps) return [];
  return [
    {
      key: `Bandwidth:${id}`,
      rule: 'Bandwidth',
      service: from,
      channel: id,
      message: `${from} needs ${figure(bandwidthMbps)} Mbit/s (channel ${id}, ASSURED)`,
      drop: (draft) => {
        delete draft.app.channels.find((channel) => channel.id === id)!.bandwidthMbps;
      },
    },
  ];
}

function channelRules({ id, from, to, class: channelClass, maxDelayMs }: Channel): Requirement[] {
  if (channelClass !== 'ASSURED') return [];
  const path: Requirement = {
    key: `Path:${id}`,
    rule: 'Path',
    service: from,
    channel: id,
    message: `${from} needs a known path to ${to.service} (channel ${id}, ASSURED)`,
    drop: ({ pathless }) => pathless.add(id),
  };
  if (maxDelayMs === undefined) return [path];
  const delay: Requirement = {
    key: `Delay:${id}`,
    rule: 'Delay',
    service: from,
    channel: id,
    message: `${from} must be within ${figure(maxDelayMs)} ms of ${to.service} (channel ${id}, ASSURED)`,
    ...(to.application === undefined
      ? {
          peer: {
            service: to.service,
            message: `${to.service} must be within ${figure(maxDelayMs)} ms of ${from} (channel ${id}, ASSURED)`,
          },
        }
      : {}),
    drop: (draft) => {
      delete draft.app.channels.find((channel) => channel.id === id)!.maxDelayMs;
    },
  };
  return [delay, path];
}

function survivalRule({ survive }: Application): Requirement[] {
  if (survive === 'None') return [];
  return [
    {
      key: 'Survival',
      rule: 'Survival',
      message: 'the application must stay up when any one failure domain is lost',
      drop: (draft) => {
        draft.app.survive = 'None';
      },
    },
  ];
}

function spreadRule({ id, spread }: Service): Requirement[] {
  if (!spread) return [];
  return [
    {
      key: `Spread:${id}`,
      rule: 'Spread',
      service: id,
      message: `${id} must be spread over ${spread.min} ${spread.over === 'Location' ? 'clusters' : 'zones'}`,
      drop: (draft) => {
        delete serviceOf(draft, id).spread;
      },
    },
  ];
}

function taintRule({ locations }: Problem, { id }: Service): Requirement[] {
  if (locations.every(({ taints }) => taints.every(({ effect }) => effect === 'PreferNoSelect'))) return [];
  return [
    {
      key: `Taint:${id}`,
      rule: 'Taint',
      service: id,
      message: `${id} does not tolerate the taints of some clusters`,
      drop: (draft) => {
        serviceOf(draft, id).tolerations = [{ key: '', operator: 'Exists', value: '' }];
      },
    },
  ];
}

function crossingRule({ crossing, channels }: Application): Requirement[] {
  if (crossing || channels.length === 0) return [];
  return [
    {
      key: 'Crossing',
      rule: 'Crossing',
      message: 'its channels may not cross clusters: no FederationPolicy connects them',
      drop: (draft) => {
        draft.app.crossing = true;
      },
    },
  ];
}

function dataRules({ id, data }: Service): Requirement[] {
  return data
    .filter(({ locality }) => locality === 'Required')
    .map(({ dataset, maxDelayMs, maxStalenessSeconds }): Requirement => {
      const within = maxDelayMs === undefined ? 'on the cluster of' : `within ${figure(maxDelayMs)} ms of`;
      const fresh =
        maxStalenessSeconds === undefined ? '' : ` no older than ${figure(maxStalenessSeconds)} s`;
      return {
        key: `Data:${id}:${dataset}`,
        rule: 'Data',
        service: id,
        dataset,
        message: `${id} must be ${within} data set ${dataset}${fresh}`,
        drop: (draft) => {
          for (const need of serviceOf(draft, id).data)
            if (need.dataset === dataset) need.locality = 'Preferred';
        },
      };
    });
}

function residencyRule(dataset: Dataset | undefined): Requirement[] {
  if (!dataset || dataset.residency.length === 0) return [];
  const { id, residency } = dataset;
  return [
    {
      key: `Residency:${id}`,
      rule: 'Residency',
      dataset: id,
      message: `data set ${id} may not leave ${residency.join(' or ')}`,
      drop: (draft) => {
        draft.datasets.find((each) => each.id === id)!.residency = [];
      },
    },
  ];
}

function classRules({ id, securityClass = 0, complianceClass = 0 }: Service): Requirement[] {
  const rule = (name: 'SecurityClass' | 'ComplianceClass', words: string): Requirement => ({
    key: `${name}:${id}`,
    rule: name,
    service: id,
    message: `${id} needs a cluster of its ${words} class`,
    drop: (draft) => {
      delete serviceOf(draft, id)[name === 'SecurityClass' ? 'securityClass' : 'complianceClass'];
    },
  });
  return [
    ...(securityClass > 0 ? [rule('SecurityClass', 'security')] : []),
    ...(complianceClass > 0 ? [rule('ComplianceClass', 'compliance')] : []),
  ];
}

function pinnedRule({ id, move, running }: Service): Requirement[] {
  if (move.policy !== 'Pinned' || !running) return [];
  const where = running.map(({ location }) => location).join(', ');
  return [
    {
      key: `Pinned:${id}`,
      rule: 'Pinned',
      service: id,
      message: `${id} is pinned to where it runs (${where})`,
      drop: (draft) => {
        serviceOf(draft, id).move.policy = 'Anywhere';
      },
    },
  ];
}

function selectorRules({ id, onlyLocations, notLocations, requirements }: Service): Requirement[] {
  const rule = (name: string, message: string, drop: (service: Service) => void): Requirement => ({
    key: `Selector:${id}:${name}`,
    rule: 'Selector',
    service: id,
    message: `${id} ${message}`,
    drop: (draft) => drop(serviceOf(draft, id)),
  });
  return [
    ...requirements.map(({ key, operator, values }, index) =>
      rule(`label ${index}`, `needs label ${key} ${operator} ${values.join(', ')}`.trimEnd(), (service) => {
        service.requirements = service.requirements.filter(
          (each) => each.key !== key || each.operator !== operator,
        );
      }),
    ),
    ...(notLocations.length > 0
      ? [
          rule('not', `may not run on ${notLocations.join(', ')}`, (service) => {
            service.notLocations = [];
          }),
        ]
      : []),
    ...(onlyLocations
      ? [
          rule(
            'only',
            `may only run on ${onlyLocations.join(', ') || 'clusters that do not exist'}`,
            (service) => {
              delete service.onlyLocations;
            },
          ),
        ]
      : []),
  ];
}
