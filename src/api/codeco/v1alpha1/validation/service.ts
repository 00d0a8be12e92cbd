import { readAge } from '../../../duration.ts';
import { nearest } from '../../../nearest.ts';
import type { ServiceSpec } from '../codecoapp.ts';
import type { ModelContext } from './context.ts';
import type { Findings } from './finding.ts';
import { validatePod } from './pod.ts';
import { foreignName, validateDelay, validateQuantity } from './values.ts';

/** Of a DNS label: a Deployment's name becomes a label of its Pods. */
const NAME_LIMIT = 63;

/** One service by itself; its channels are judged with the services that they lead to. */
export function validateService(
  service: ServiceSpec,
  path: string,
  appName: string,
  context: ModelContext,
  findings: Findings,
): void {
  const workload = `${appName}-${service.serviceName}`;
  if (workload.length > NAME_LIMIT)
    findings.error(
      `${path}.serviceName`,
      service.serviceName,
      `the workload would be called ${workload}: ${workload.length} characters, at most ${NAME_LIMIT} are possible`,
    );
  validatePod(service, path, context, findings);
  validateSelector(service, path, findings);
  service.data?.forEach((need, at) => {
    validateData(need, `${path}.data[${at}]`, context, findings);
  });
  if (service.move?.stateSize !== undefined)
    validateQuantity(`${path}.move.stateSize`, service.move.stateSize, findings);
}

function validateSelector({ placement }: ServiceSpec, path: string, findings: Findings): void {
  placement?.clusterSelector?.matchExpressions?.forEach(({ operator, values = [] }, at) => {
    if (['In', 'NotIn'].includes(operator) !== values.length > 0)
      findings.error(
        `${path}.placement.clusterSelector.matchExpressions[${at}]`,
        operator,
        'In and NotIn need values; Exists and DoesNotExist take none',
      );
  });
}

type DataNeed = NonNullable<ServiceSpec['data']>[number];

function validateData(need: DataNeed, path: string, context: ModelContext, findings: Findings): void {
  foreignName(`${path}.dataset`, need.dataset, findings);
  if (need.maxStaleness !== undefined) {
    const age = readAge(need.maxStaleness);
    if ('hint' in age) findings.error(`${path}.maxStaleness`, need.maxStaleness, age.hint);
  }
  if (context.datasets && !context.datasets.has(need.dataset))
    findings.error(
      `${path}.dataset`,
      need.dataset,
      'no such data set in this namespace',
      nearest(need.dataset, context.datasets),
    );
  if (need.maxDelay !== undefined) validateDelay(`${path}.maxDelay`, need.maxDelay, findings);
}
