import { feedbackOf } from '../../../../scripts/local/workagent/feedback/values.ts';
import { type Manifest, targetOf } from '../../../../scripts/local/workagent/manifest.ts';
import { configFor } from '../../../../scripts/local/workagent/manifestconfig.ts';
import { type ManifestResult, workStatus } from '../../../../scripts/local/workagent/workstatus.ts';
import type { ManifestWork, ManifestWorkStatus } from '../../../../src/api/ocm/manifestwork.ts';
import { defineResource } from '../../../../src/api/resource.ts';

/**
 * The status that a work agent gives a work whose manifests all went well, made by the local agent's own
 * code from objects as a managed cluster would answer them.
 *
 * @param ready whether the Pods of its Deployments are ready already
 */
export function playedStatus(work: ManifestWork, ready: boolean, now: string): ManifestWorkStatus {
  const generation = work.metadata.generation ?? 1;
  const results = (work.spec.workload.manifests ?? []).map((manifest, ordinal) =>
    resultOf(work, manifest as Manifest, ordinal, ready),
  );
  return workStatus(work.status, results, generation, now);
}

function resultOf(work: ManifestWork, manifest: Manifest, ordinal: number, ready: boolean): ManifestResult {
  const { group, version, plural } = resourceOf(manifest);
  const { name, namespace = '' } = manifest.metadata;
  const target = targetOf(
    manifest,
    defineResource(group, version, manifest.kind, plural, namespace === '' ? 'Cluster' : 'Namespaced'),
  );
  return {
    resourceMeta: { ordinal, group, version, kind: manifest.kind, resource: plural, name, namespace },
    applied: {
      type: 'Applied',
      status: 'True',
      reason: 'AppliedManifestComplete',
      message: 'Apply manifest complete',
    },
    available: {
      type: 'Available',
      status: 'True',
      reason: 'ResourceAvailable',
      message: 'Resource is available',
    },
    feedback: feedbackOf(
      configFor(work.spec.manifestConfigs, target).feedbackRules,
      target,
      live(manifest, ready),
    ),
    ruled: [],
  };
}

function resourceOf({ apiVersion, kind }: Manifest): { group: string; version: string; plural: string } {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group: group ?? '', version: version ?? '', plural: `${kind.toLowerCase()}s` };
}

/** The object as its cluster would answer it. */
function live(manifest: Manifest, ready: boolean): Manifest {
  if (manifest.kind !== 'Deployment') return manifest;
  const { replicas = 1 } = manifest['spec'] as { replicas?: number };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, generation: 1 },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      ...(ready ? { readyReplicas: replicas, availableReplicas: replicas } : {}),
      conditions: [
        {
          type: 'Progressing',
          status: 'True',
          reason: ready ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        },
      ],
    },
  };
}
