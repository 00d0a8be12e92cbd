import type { ServiceSpec } from '../codecoapp.ts';
import type { ModelContext } from './context.ts';
import type { Findings } from './finding.ts';
import { validateQuantity } from './values.ts';

/** What a Pod may not ask for, since it is not made on the hub, and what it needs on a managed cluster. */
export function validatePod(
  { podspec, placement }: ServiceSpec,
  path: string,
  context: ModelContext,
  findings: Findings,
): void {
  const at = `${path}.podspec`;
  if (podspec.restartPolicy !== undefined && podspec.restartPolicy !== 'Always')
    findings.error(
      `${at}.restartPolicy`,
      podspec.restartPolicy,
      'services run on; only Always is possible',
      'Always',
    );
  if (podspec.nodeName !== undefined && podspec.nodeName !== '')
    findings.error(`${at}.nodeName`, podspec.nodeName, 'nodes belong to clusters; use placement.clusters');
  const account = podspec.serviceAccountName;
  if (
    account !== undefined &&
    account !== '' &&
    account !== 'default' &&
    context.serviceAccounts &&
    !context.serviceAccounts.has(account)
  ) {
    findings.error(`${at}.serviceAccountName`, account, 'no FederationPolicy allows this ServiceAccount');
  }
  if (
    podspec.schedulerName !== undefined &&
    !['qos-scheduler', 'default-scheduler'].includes(podspec.schedulerName)
  ) {
    findings.warning(
      `${at}.schedulerName`,
      podspec.schedulerName,
      'kept; the managed cluster must have this scheduler',
    );
  }
  for (const list of ['initContainers', 'containers'] as const) {
    podspec[list]?.forEach(({ resources }, index) => {
      for (const which of ['requests', 'limits'] as const) {
        for (const [resource, amount] of Object.entries(resources?.[which] ?? {}))
          validateQuantity(`${at}.${list}[${index}].resources.${which}[${resource}]`, amount, findings);
      }
    });
  }
  validateClaims(podspec, placement?.clusters ?? [], `${at}.volumes`, findings);
}

/** A claim is an object of the managed cluster: it must be known which, and the user must have made it there. */
function validateClaims(
  { volumes = [] }: ServiceSpec['podspec'],
  clusters: readonly string[],
  path: string,
  findings: Findings,
): void {
  for (const volume of volumes) {
    const claim = volume['persistentVolumeClaim'] as { claimName?: unknown } | undefined;
    if (claim === undefined) continue;
    if (clusters.length === 0) {
      const message = 'a claim exists on certain clusters only: name them in placement.clusters';
      findings.error(path, String(volume['name']), message);
      continue;
    }
    findings.warning(
      path,
      String(claim.claimName),
      `the PersistentVolumeClaim must exist on ${clusters.join(', ')}, in the namespace of the same name`,
    );
  }
}
