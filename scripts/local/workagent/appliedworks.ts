import { isDeepStrictEqual } from 'node:util';
import {
  type AppliedManifestWork,
  AppliedManifestWorkResource,
  type AppliedResource,
} from '../../../src/api/ocm/appliedmanifestwork.ts';
import type { ManifestWork } from '../../../src/api/ocm/manifestwork.ts';
import { apiVersionOf } from '../../../src/api/resource.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { Lister } from '../../../src/runtime/informer.ts';
import { Freshest } from './freshest.ts';

export const APPLIED_FINALIZER = 'cluster.open-cluster-management.io/applied-manifest-work-cleanup';

export interface AppliedWorksOptions {
  client: Client;
  lister: Lister<AppliedManifestWork>;
  hubHash: string;
  agentID: string;
}

/**
 * The agent's books on the managed cluster: one AppliedManifestWork per work, which owns what the work
 * applied. They outlive agent and hub, so that nothing is forgotten.
 */
export class AppliedWorks {
  readonly hubHash: string;
  readonly agentID: string;
  readonly #client: Client;
  readonly #lister: Lister<AppliedManifestWork>;
  readonly #freshest = new Freshest<AppliedManifestWork>();

  constructor({ client, lister, hubHash, agentID }: AppliedWorksOptions) {
    this.#client = client;
    this.#lister = lister;
    this.hubHash = hubHash;
    this.agentID = agentID;
  }

  nameFor(workName: string): string {
    return `${this.hubHash}-${workName}`;
  }

  get(name: string): AppliedManifestWork | undefined {
    const key = { namespace: '', name };
    return this.#freshest.of(key, this.#lister.get(key));
  }

  /** The books of a work, opened when there are none, with the work's labels. */
  async ensure(work: ManifestWork): Promise<AppliedManifestWork> {
    const name = this.nameFor(work.metadata.name);
    const found = this.get(name);
    const labels = work.metadata.labels ?? {};
    const spec = { hubHash: this.hubHash, agentID: this.agentID, manifestWorkName: work.metadata.name };
    if (!found) {
      return this.#write(name, found, () =>
        this.#client.create(AppliedManifestWorkResource, {
          apiVersion: apiVersionOf(AppliedManifestWorkResource),
          kind: AppliedManifestWorkResource.kind,
          metadata: { name, labels, finalizers: [APPLIED_FINALIZER] },
          spec,
        }),
      );
    }
    const finalizers = found.metadata.finalizers ?? [];
    const settled =
      isDeepStrictEqual(found.metadata.labels ?? {}, labels) &&
      isDeepStrictEqual(found.spec, spec) &&
      finalizers.includes(APPLIED_FINALIZER);
    if (settled || found.metadata.deletionTimestamp) return found;
    const metadata = {
      ...found.metadata,
      labels,
      finalizers: [...new Set([...finalizers, APPLIED_FINALIZER])],
    };
    return this.#write(name, found, () =>
      this.#client.update(AppliedManifestWorkResource, { ...found, metadata, spec }),
    );
  }

  /** Writes what the work has applied, only when it differs. */
  async record(applied: AppliedManifestWork, appliedResources: AppliedResource[]): Promise<void> {
    const sorted = [...appliedResources].sort((a, b) => (identity(a) < identity(b) ? -1 : 1));
    if (isDeepStrictEqual(applied.status?.appliedResources ?? [], sorted)) return;
    await this.#writeStatus(applied, { ...applied.status, appliedResources: sorted });
  }

  /** Starts the eviction clock (RFC 3339), or stops it. */
  async setEvictionStart(applied: AppliedManifestWork, start: string | undefined): Promise<void> {
    const { evictionStartTime: _old, ...rest } = applied.status ?? {};
    await this.#writeStatus(applied, start === undefined ? rest : { ...rest, evictionStartTime: start });
  }

  async delete(applied: AppliedManifestWork): Promise<void> {
    const { name, uid } = applied.metadata;
    await this.#client.delete(AppliedManifestWorkResource, { namespace: '', name }, uid ? { uid } : {});
  }

  /** The last step of its deletion: everything that it owned is gone or has other owners. */
  async dropFinalizer(applied: AppliedManifestWork): Promise<void> {
    const { name, resourceVersion } = applied.metadata;
    const finalizers = (applied.metadata.finalizers ?? []).filter((each) => each !== APPLIED_FINALIZER);
    await this.#client.mergePatch(
      AppliedManifestWorkResource,
      { namespace: '', name },
      { metadata: { resourceVersion, finalizers } },
    );
    this.#freshest.forget({ namespace: '', name });
  }

  #writeStatus(applied: AppliedManifestWork, status: NonNullable<AppliedManifestWork['status']>) {
    return this.#write(applied.metadata.name, applied, () =>
      this.#client.updateStatus(AppliedManifestWorkResource, { ...applied, status }),
    );
  }

  async #write(
    name: string,
    base: AppliedManifestWork | undefined,
    write: () => Promise<AppliedManifestWork>,
  ): Promise<AppliedManifestWork> {
    try {
      const answer = await write();
      this.#freshest.wrote(base, answer);
      return answer;
    } catch (error) {
      this.#freshest.forget({ namespace: '', name });
      throw error;
    }
  }
}

export function identity(resource: AppliedResource): string {
  return `${resource.group ?? ''}/${resource.resource}/${resource.namespace ?? ''}/${resource.name}`;
}
