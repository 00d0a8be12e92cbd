import type { ServiceSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Finding } from '../../api/codeco/v1alpha1/validation/finding.ts';
import { type Namespace, type Pod, PodResource } from '../../api/core.ts';
import { type ApiError, hasCode } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { PodSecurityLevel } from '../../snapshot/policy.ts';

const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/** Pods could not be judged at all; the message says why and gives the command that mends it. */
export class PodCheckUnavailable extends Error {
  override readonly name = 'PodCheckUnavailable';
}

/**
 * Lets the API server judge Pods, by a dry run in a namespace that enforces the Pod Security level (part of
 * the installation): what a Pod may be is known to the server, and is not written here again.
 */
export class PodCheck {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Findings for every service whose Pod the server refuses.
   *
   * @throws PodCheckUnavailable when the namespace of the level, or the right to ask there, is missing
   */
  async judge(services: readonly ServiceSpec[], level: PodSecurityLevel): Promise<Finding[]> {
    const verdicts = await Promise.all(services.map((service, index) => this.#judge(service, index, level)));
    return verdicts.flat();
  }

  async #judge(
    { serviceName, podspec }: ServiceSpec,
    index: number,
    level: PodSecurityLevel,
  ): Promise<Finding[]> {
    // These exist on managed clusters, not here: the server would refuse what it does not find.
    const {
      serviceAccountName: _,
      schedulerName: __,
      priorityClassName: ___,
      runtimeClassName: ____,
      ...spec
    } = podspec;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `check-${serviceName}`, namespace: podSecurityNamespace(level) },
      spec,
    } as unknown as Pod;
    const path = `spec.codecoapp-msspec[${index}].podspec`;
    try {
      await this.#client.create(PodResource, pod, { dryRun: true, fieldValidation: 'Strict' });
      return [];
    } catch (error) {
      // Who may not create Pods there is refused before the Pod has a name; admission refuses a named one.
      const notAsked = hasCode(error, 'Forbidden') && error.details.objectName === undefined;
      if (hasCode(error, 'NotFound') || notAsked)
        throw new PodCheckUnavailable(unavailable(error.message, level), { cause: error });
      if (!hasCode(error, 'Invalid', 'BadRequest', 'Forbidden')) throw error;
      return findingsOf(error, path, level);
    }
  }
}

/** Namespace of the hub where Pods of the level are tried. */
export function podSecurityNamespace(level: PodSecurityLevel): string {
  return `codeco-podsecurity-${level}`;
}

/** What keeps Pods from being judged, from what is known of the level's namespace; undefined when nothing does. */
export function podCheckObstacle(
  level: PodSecurityLevel,
  namespace: Pick<Namespace, 'metadata'> | undefined,
): string | undefined {
  const name = podSecurityNamespace(level);
  if (!namespace) return unavailable(`namespace ${name} does not exist on the hub`, level);
  if (namespace.metadata.deletionTimestamp !== undefined)
    return unavailable(`namespace ${name} of the hub is being deleted`, level);
  const enforced = namespace.metadata.labels?.[ENFORCE_LABEL];
  if (enforced === level) return undefined;
  return unavailable(
    `namespace ${name} of the hub enforces ${enforced ?? 'no Pod Security level'}, and must enforce ${level}`,
    level,
  );
}

function unavailable(why: string, level: PodSecurityLevel): string {
  const name = podSecurityNamespace(level);
  const commands = [
    `kubectl create namespace ${name}`,
    `kubectl label --overwrite namespace ${name} ${ENFORCE_LABEL}=${level}`,
    `kubectl create rolebinding codeco-acm-podcheck -n ${name} --clusterrole=codeco-acm-podcheck --serviceaccount=codeco-system:codeco-acm`,
  ];
  return `Pods cannot be judged: ${why}. Next, as administrator of the hub: ${commands.join('; ')}`;
}

function findingsOf(error: ApiError, path: string, level: PodSecurityLevel): Finding[] {
  const causes = error.details.causes ?? [];
  // The server gives Pod Security and other admission plugins one reason; only the message tells them apart.
  const rule = /violates PodSecurity "[^"]*": (.*)$/s.exec(error.message)?.[1];
  if (rule !== undefined) {
    return [
      { path, value: '', message: `refused by Pod Security level ${level}: ${rule}`, severity: 'Error' },
    ];
  }
  if (causes.length === 0) return [{ path, value: '', message: error.message, severity: 'Error' }];
  return causes.map(({ field, message }) => ({
    path: `${path}.${field.replace(/^spec\./, '')}`,
    value: '',
    message,
    severity: 'Error' as const,
  }));
}
