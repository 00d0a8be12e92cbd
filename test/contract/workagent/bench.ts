import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { resourceOf } from '../../../scripts/local/manifests.ts';
import type { Condition } from '../../../src/api/conditions.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import type { KubeObject, ObjectKey } from '../../../src/api/meta.ts';
import {
  type AppliedManifestWork,
  AppliedManifestWorkResource,
} from '../../../src/api/ocm/appliedmanifestwork.ts';
import {
  type ManifestStatus,
  type ManifestWork,
  ManifestWorkResource,
  type ManifestWorkSpec,
} from '../../../src/api/ocm/manifestwork.ts';
import type { Resource } from '../../../src/api/resource.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { isNotFound } from '../../../src/runtime/apierror.ts';
import type { AgentProcess } from './agentprocess.ts';
import { CLUSTER, type ControlPlanes } from './controlplanes.ts';
import { SLACK } from './periods.ts';

/** Any object of the managed cluster. */
export interface AnyObject extends KubeObject {
  [field: string]: unknown;
}

/** Where the cases put their objects. */
export const TENANT = 'tenant';

/** What every case works with: both API servers as an administrator, and the agent under test. */
export class Bench {
  readonly hub: KubeClient;
  readonly spoke: KubeClient;
  readonly agent: AgentProcess;
  readonly hubHash: string;
  readonly #planes: ControlPlanes;
  readonly #works = new Set<string>();
  #names = 0;

  constructor(planes: ControlPlanes, agent: AgentProcess) {
    this.#planes = planes;
    this.hub = planes.hub.admin;
    this.spoke = planes.spoke.admin;
    this.agent = agent;
    this.hubHash = createHash('sha256').update(planes.hub.url).digest('hex');
  }

  /** A name that no other case has. */
  name(stem: string): string {
    this.#names += 1;
    return `${stem}-${this.#names}`;
  }

  async createWork(
    manifests: readonly AnyObject[],
    spec: Partial<ManifestWorkSpec> = {},
    metadata: { name?: string; labels?: Record<string, string> } = {},
  ): Promise<ManifestWork> {
    const { name = this.name('work'), labels } = metadata;
    this.#works.add(name);
    return this.hub.create(ManifestWorkResource, {
      apiVersion: 'work.open-cluster-management.io/v1',
      kind: 'ManifestWork',
      metadata: { namespace: CLUSTER, name, ...(labels ? { labels } : {}) },
      spec: { workload: { manifests: [...manifests] }, ...spec },
    });
  }

  work(name: string): Promise<ManifestWork> {
    return this.hub.get(ManifestWorkResource, { namespace: CLUSTER, name });
  }

  patchWork(name: string, patch: object): Promise<ManifestWork> {
    return this.hub.mergePatch(ManifestWorkResource, { namespace: CLUSTER, name }, patch);
  }

  setManifests(name: string, manifests: readonly AnyObject[]): Promise<ManifestWork> {
    return this.patchWork(name, { spec: { workload: { manifests } } });
  }

  deleteWork(name: string): Promise<void> {
    return this.hub.delete(ManifestWorkResource, { namespace: CLUSTER, name });
  }

  async workGone(name: string, ms = SLACK): Promise<void> {
    await eventually(async () => {
      if (await found(this.work(name))) throw new Error(`work ${name} is still there`);
    }, ms);
  }

  /** The work, once the condition has the status and speaks of the current generation. */
  workWith(name: string, type: string, status: Condition['status'], ms = SLACK): Promise<ManifestWork> {
    return eventually(async () => {
      const work = await this.work(name);
      const condition = findCondition(work.status?.conditions, type);
      if (condition?.status !== status || condition.observedGeneration !== work.metadata.generation) {
        throw new Error(`work ${name} is not ${type}=${status}: ${JSON.stringify(work.status)}`);
      }
      return work;
    }, ms);
  }

  /** The status of one manifest, once `holds` does not throw. */
  manifestWith(
    workName: string,
    ordinal: number,
    holds: (status: ManifestStatus) => void,
    ms = SLACK,
  ): Promise<ManifestStatus> {
    return eventually(async () => {
      const status = (await this.work(workName)).status?.resourceStatus?.manifests?.[ordinal];
      if (!status) throw new Error(`work ${workName} has no status of manifest ${ordinal}`);
      holds(status);
      return status;
    }, ms);
  }

  appliedWork(workName: string): Promise<AppliedManifestWork> {
    return this.spoke.get(AppliedManifestWorkResource, {
      namespace: '',
      name: `${this.hubHash}-${workName}`,
    });
  }

  async onSpoke(manifest: AnyObject): Promise<AnyObject> {
    const resource = (await resourceOf(this.spoke, manifest)) as Resource<AnyObject>;
    return this.spoke.get(resource, keyOfManifest(manifest));
  }

  async existsOnSpoke(manifest: AnyObject): Promise<boolean> {
    return (await found(this.onSpoke(manifest))) !== undefined;
  }

  async goneFromSpoke(manifest: AnyObject, ms = SLACK): Promise<void> {
    await eventually(async () => {
      if (await this.existsOnSpoke(manifest)) throw new Error(`${manifest.metadata.name} is still there`);
    }, ms);
  }

  /** Merge patch by somebody on the managed cluster who is not the agent. */
  async patchOnSpoke(manifest: AnyObject, patch: object, fieldManager = 'kubectl-patch'): Promise<AnyObject> {
    const resource = (await resourceOf(this.spoke, manifest)) as Resource<AnyObject>;
    return this.spoke.mergePatch(resource, keyOfManifest(manifest), patch, { fieldManager });
  }

  async createOnSpoke(object: AnyObject): Promise<AnyObject> {
    const resource = (await resourceOf(this.spoke, object)) as Resource<AnyObject>;
    return this.spoke.create(resource, object);
  }

  async deleteOnSpoke(object: AnyObject): Promise<void> {
    await this.spoke.delete(
      (await resourceOf(this.spoke, object)) as Resource<AnyObject>,
      keyOfManifest(object),
    );
  }

  /** Lets the agent handle the resources of a group, by the label with which OCM aggregates roles. */
  async grantToAgent(group: string, resource: string): Promise<void> {
    await this.createOnSpoke({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: `${resource}.${group}`,
        labels: { 'open-cluster-management.io/aggregate-to-work': 'true' },
      },
      rules: [{ apiGroups: [group], resources: [resource], verbs: ['*'] }],
    });
  }

  /** Creates the CRD and resolves when the kind is served. */
  async createKind(crd: AnyObject): Promise<void> {
    await this.createOnSpoke(crd);
    await eventually(async () => {
      const { conditions = [] } = (await this.onSpoke(crd))['status'] as { conditions?: Condition[] };
      if (findCondition(conditions, 'Established')?.status !== 'True') throw new Error('not established');
    });
  }

  /** Runs the body while an API server is dead. */
  async withDead(which: 'hub' | 'spoke', body: () => Promise<void>): Promise<void> {
    const { process } = this.#planes[which];
    process.kill('SIGKILL');
    await process.exited;
    try {
      await body();
    } finally {
      await this.#planes[which].restart();
    }
  }

  /**
   * Removes the works that cases made: what is left would be polled and re-applied under the next cases.
   * A name that begins with `kept-` is for several cases.
   */
  async sweep(): Promise<void> {
    const done = [...this.#works].filter((name) => !name.startsWith('kept-'));
    await Promise.all(done.map((name) => this.deleteWork(name)));
    for (const name of done) this.#works.delete(name);
  }
}

/** Repeats until the check does not throw; rejects with its last error. */
export function eventually<T>(check: () => Promise<T>, ms = SLACK): Promise<T> {
  return vi.waitFor(check, { timeout: ms, interval: 25 });
}

/** Repeats the check for a time; rejects as soon as it throws. For what must not happen. */
export async function throughout(check: () => Promise<void>, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) await check();
}

async function found<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function keyOfManifest({ metadata }: AnyObject): ObjectKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}
