import type { Problem, Service } from '../problem.ts';
import { type Requirement, serviceOf } from './requirement.ts';
import { amountText, figure, someOf } from './words.ts';

/** What one replica needs of each resource. */
export function capacityRules(service: Service): Requirement[] {
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
        figure: {
          value: amount,
          set: (draft, value) => {
            serviceOf(draft, service.id).demand[resource] = value;
          },
        },
      };
    });
}

/** Replicas in several domains. */
export function spreadRule({ id, spread }: Service): Requirement[] {
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

/** Taints that are not tolerated; nothing where no location has one. */
export function taintRule({ locations }: Problem, { id, tolerations, running }: Service): Requirement[] {
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
      alone: (nothing) => ({ ...nothing, tolerations, ...(running ? { running } : {}) }),
    },
  ];
}

/** Data sets that must be within reach. */
export function dataRules({ id, data }: Service): Requirement[] {
  return data
    .filter(({ locality }) => locality === 'Required')
    .map((need, index): Requirement => {
      const { dataset, maxDelayMs, maxStalenessSeconds } = need;
      const within = maxDelayMs === undefined ? 'on the cluster of' : `within ${figure(maxDelayMs)} ms of`;
      const fresh =
        maxStalenessSeconds === undefined ? '' : ` no older than ${figure(maxStalenessSeconds)} s`;
      return {
        key: `Data:${id}:${index}:${dataset}`,
        rule: 'Data',
        service: id,
        dataset,
        message: `${id} must be ${within} data set ${dataset}${fresh}`,
        drop: (draft) => {
          const required = data.filter(({ locality }) => locality === 'Required');
          serviceOf(draft, id).data[data.indexOf(required[index]!)]!.locality = 'Preferred';
        },
        alone: (nothing) => ({ ...nothing, data: [need] }),
      };
    });
}

/** Least classes. */
export function classRules({ id, securityClass = 0, complianceClass = 0 }: Service): Requirement[] {
  const rule = (name: 'SecurityClass' | 'ComplianceClass', words: string): Requirement => ({
    key: `${name}:${id}`,
    rule: name,
    service: id,
    message: `${id} needs a cluster of its ${words} class`,
    drop: (draft) => {
      delete serviceOf(draft, id)[name === 'SecurityClass' ? 'securityClass' : 'complianceClass'];
    },
    alone: (nothing) => ({
      ...nothing,
      ...(name === 'SecurityClass' ? { securityClass } : { complianceClass }),
    }),
  });
  return [
    ...(securityClass > 0 ? [rule('SecurityClass', 'security')] : []),
    ...(complianceClass > 0 ? [rule('ComplianceClass', 'compliance')] : []),
  ];
}

/** Stays where it runs. */
export function pinnedRule({ id, move, running }: Service): Requirement[] {
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
      alone: (nothing) => ({ ...nothing, move: { policy: 'Pinned' }, running }),
    },
  ];
}

/** Labels and names of locations, each on its own. */
export function selectorRules({ id, onlyLocations, notLocations, requirements }: Service): Requirement[] {
  const rule = (
    name: string,
    message: string,
    drop: (service: Service) => void,
    alone: Requirement['alone'],
  ): Requirement => ({
    key: `Selector:${id}:${name}`,
    rule: 'Selector',
    service: id,
    message: `${id} ${message}`,
    drop: (draft) => drop(serviceOf(draft, id)),
    ...(alone ? { alone } : {}),
  });
  const rules = requirements.map((requirement, index) => {
    const { key, operator, values } = requirement;
    return rule(
      `label ${index}`,
      `needs label ${key} ${operator} ${values.join(', ')}`.trimEnd(),
      (service) => {
        service.requirements = service.requirements.filter(
          (each) => each.key !== key || each.operator !== operator || `${each.values}` !== `${values}`,
        );
      },
      (nothing) => ({ ...nothing, requirements: [requirement] }),
    );
  });
  if (notLocations.length > 0) {
    const message = `may not run on ${someOf(notLocations)}`;
    const drop = (service: Service) => {
      service.notLocations = [];
    };
    rules.push(rule('not', message, drop, (nothing) => ({ ...nothing, notLocations })));
  }
  if (onlyLocations) {
    const message = `may only run on ${someOf(onlyLocations) || 'clusters that do not exist'}`;
    const drop = (service: Service) => {
      delete service.onlyLocations;
    };
    rules.push(rule('only', message, drop, (nothing) => ({ ...nothing, onlyLocations })));
  }
  return rules;
}
