import { setTimeout as delay } from 'node:timers/promises';
import type { Federation } from '../../../scripts/local/federation.ts';
import { AssignmentPlanResource } from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import {
  ControllerRevisionResource,
  DeploymentResource,
  PodResource,
  RoleBindingResource,
  ServiceAccountResource,
} from '../../../src/api/core.ts';
import { AppliedManifestWorkResource } from '../../../src/api/ocm/appliedmanifestwork.ts';
import { ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { defineResource, type Resource } from '../../../src/api/resource.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { NAMESPACE } from './workload.ts';

const ReplicaSetResource = defineResource('apps', 'v1', 'ReplicaSet', 'replicasets', 'Namespaced');
const ServiceResource = defineResource('', 'v1', 'Service', 'services', 'Namespaced');

/** Everything that an application is, on the hub. Works, base works too, are looked for in all namespaces. */
const ON_HUB: readonly Resource[] = [
  CodecoAppResource,
  AssignmentPlanResource,
  ControllerRevisionResource,
  ManifestWorkResource,
];
/** Everything that an application, and the base work of its namespace, leave on a managed cluster. */
const ON_CLUSTER: readonly Resource[] = [
  AppliedManifestWorkResource,
  DeploymentResource,
  ReplicaSetResource,
  PodResource,
  ServiceResource,
  ServiceAccountResource,
  RoleBindingResource,
];
const LOOK_MS = 50;

/** Resolves when nothing but namespaces is left; rejects after `ms`, naming what is. */
export async function untilNothingLeft(
  { hub, clusters }: Pick<Federation, 'hub' | 'clusters'>,
  ms: number,
): Promise<void> {
  const deadline = performance.now() + ms;
  const places = [
    ...ON_HUB.map((resource) => ({ where: 'hub', client: hub.admin, resource })),
    ...clusters.flatMap(({ name, api }) =>
      ON_CLUSTER.map((resource) => ({ where: name, client: api.admin, resource })),
    ),
  ];
  for (const { where, client, resource } of places) {
    for (;;) {
      const left = await leftOf(client, resource);
      if (left.length === 0) break;
      if (performance.now() > deadline) {
        throw new Error(
          `${left.length} ${resource.plural} left on ${where} after ${ms / 1000} s, for example ${left[0]}`,
        );
      }
      await delay(LOOK_MS);
    }
  }
}

async function leftOf(client: KubeClient, resource: Resource): Promise<string[]> {
  // Works lie in the namespaces of the clusters, applied works in none.
  const everywhere = resource === ManifestWorkResource || !resource.namespaced;
  const found = await client.list(resource, everywhere ? {} : { namespace: NAMESPACE });
  const names = found.map(({ metadata }) => metadata.name);
  // Kubernetes itself gives every namespace one.
  return resource === ServiceAccountResource ? names.filter((name) => name !== 'default') : names;
}
