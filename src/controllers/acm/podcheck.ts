import type { ServiceSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Finding } from '../../api/codeco/v1alpha1/validate.ts';
import { type Pod, PodResource } from '../../api/core.ts';
import { type ApiError, hasCode } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { PodSecurityLevel } from '../../snapshot/policy.ts';

/**
 * Lets the API server judge Pods, by a dry run in a namespace that enforces the Pod Security level (part of
 * the installation): what a Pod may be is known to the server, and is not written here again.
 */
export class PodCheck {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Findings for every service whose Pod the server refuses. Rejects when the server cannot be asked. */
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
      metadata: { name: `check-${serviceName}`, namespace: namespaceOf(level) },
      spec,
    } as unknown as Pod;
    const path = `spec.codecoapp-msspec[${index}].podspec`;
    try {
      await this.#client.create(PodResource, pod, { dryRun: true, fieldValidation: 'Strict' });
      return [];
    } catch (error) {
      if (!hasCode(error, 'Invalid', 'BadRequest', 'Forbidden')) throw error;
      return findingsOf(error, path, level);
    }
  }
}

function namespaceOf(level: PodSecurityLevel): string {
  return `codeco-podsecurity-${level}`;
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
