import { SubjectAccessReviewResource } from '../../../src/api/core.ts';
import type { ManifestWorkSpec } from '../../../src/api/ocm/manifestwork.ts';
import { apiVersionOf } from '../../../src/api/resource.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { hasCode, isAlreadyExists } from '../../../src/runtime/apierror.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { formatDuration } from './goduration.ts';
import type { Manifest, Target } from './manifest.ts';

type Executor = NonNullable<ManifestWorkSpec['executor']>;

/** The executor may not do what the work asks. Tried again after a fixed time, since RBAC sends no event. */
export class NotAllowedError extends Error {
  override readonly name = 'NotAllowedError';
}

/** Asks the managed cluster whether the executor of a work may apply an object. */
export interface ExecutorCheck {
  /** @throws NotAllowedError */
  check(executor: Executor, target: Target, manifest: Manifest, orphaned: boolean): Promise<void>;
}

export interface ExecutorCheckOptions {
  client: KubeClient;
  clock: Clock;
  /** Named in the refusal. */
  retryIntervalMs: number;
}

/** How long a permission for all objects of a kind in a namespace is trusted without asking again. */
const TRUST_MS = 5_000;

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const RBAC_KINDS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/**
 * SubjectAccessReviews for every verb that applying may need, delete included unless the object is orphaned.
 * Who may write RBAC objects may still not grant more than they hold: that is asked by a dry run as the
 * executor, because only the API server knows that rule.
 */
export function createExecutorCheck(options: ExecutorCheckOptions): ExecutorCheck {
  const { client, clock, retryIntervalMs } = options;
  const trustedUntil = new Map<string, number>();

  async function allowed(user: string, target: Target, verb: string): Promise<boolean> {
    const { resource, key } = target;
    const cached = [user, resource.group, resource.plural, key.namespace, verb].join('/');
    if ((trustedUntil.get(cached) ?? 0) > clock.monotonic()) return true;
    // Without a name first: that answer serves every object of the kind in this namespace.
    if (await review(user, target, verb)) {
      trustedUntil.set(cached, clock.monotonic() + TRUST_MS);
      return true;
    }
    return review(user, target, verb, key.name);
  }

  async function review(user: string, { resource, key }: Target, verb: string, name?: string) {
    const { status } = await client.create(SubjectAccessReviewResource, {
      apiVersion: apiVersionOf(SubjectAccessReviewResource),
      kind: SubjectAccessReviewResource.kind,
      metadata: { name: '' },
      spec: {
        user,
        groups: groupsOf(user),
        resourceAttributes: {
          group: resource.group,
          version: resource.version,
          resource: resource.plural,
          namespace: key.namespace,
          verb,
          ...(name === undefined ? {} : { name }),
        },
      },
    });
    return status?.allowed === true;
  }

  function refusal({ resource, key }: Target, cause: string): NotAllowedError {
    const what = `${resource.group} ${resource.plural}, ${key.namespace} ${key.name}`;
    return new NotAllowedError(
      `not allowed to apply the resource ${what}${cause}, will try again in ${formatDuration(retryIntervalMs)}`,
    );
  }

  return {
    async check({ subject }, target, manifest, orphaned) {
      const { namespace, name } = subject.serviceAccount;
      const user = `system:serviceaccount:${namespace}:${name}`;
      const verbs = ['get', 'create', 'update', 'patch', ...(orphaned ? [] : ['delete'])];
      const answers = await Promise.all(verbs.map((verb) => allowed(user, target, verb)));
      if (answers.includes(false)) throw refusal(target, '');
      const { resource } = target;
      if (resource.group !== RBAC_GROUP || !RBAC_KINDS.includes(resource.kind)) return;
      if (await escalates(client.as({ user }), target, manifest)) {
        throw refusal(target, ', error: permission escalation');
      }
    },
  };
}

async function escalates(client: KubeClient, target: Target, manifest: Manifest): Promise<boolean> {
  try {
    await client.create(target.resource, manifest, { dryRun: true });
  } catch (error) {
    if (hasCode(error, 'Forbidden')) return true;
    if (!isAlreadyExists(error)) throw error;
    try {
      const { resourceVersion } = (await client.get(target.resource, target.key)).metadata;
      const metadata = { ...manifest.metadata, ...(resourceVersion ? { resourceVersion } : {}) };
      await client.update(target.resource, { ...manifest, metadata }, { dryRun: true });
    } catch (updateError) {
      if (hasCode(updateError, 'Forbidden')) return true;
      throw updateError;
    }
  }
  return false;
}

function groupsOf(user: string): string[] {
  const namespace = user.split(':')[2] ?? '';
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}
