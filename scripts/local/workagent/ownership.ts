import type { OwnerReference } from '../../../src/api/meta.ts';
import type { AppliedManifestWork, AppliedResource } from '../../../src/api/ocm/appliedmanifestwork.ts';
import { AppliedManifestWorkResource } from '../../../src/api/ocm/appliedmanifestwork.ts';
import type { ManifestWorkSpec } from '../../../src/api/ocm/manifestwork.ts';
import { apiVersionOf, type Resource } from '../../../src/api/resource.ts';
import { isConflict, isNotFound } from '../../../src/runtime/apierror.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { Manifest, Target } from './manifest.ts';

/** What the agent calls itself in managedFields where a work names no manager. */
export const FIELD_MANAGER = 'work-agent';

/** Attempts at a write that others can overtake. */
export const CONFLICT_ATTEMPTS = 5;

/** The owner reference that ties an object to the works that want it. */
export function ownerOf(applied: AppliedManifestWork): OwnerReference {
  return {
    apiVersion: apiVersionOf(AppliedManifestWorkResource),
    kind: AppliedManifestWorkResource.kind,
    name: applied.metadata.name,
    uid: applied.metadata.uid ?? '',
  };
}

/** Whether an object stays when its work goes. Such an object never carries the work's owner reference. */
export function isOrphaned(deleteOption: ManifestWorkSpec['deleteOption'], target: Target): boolean {
  switch (deleteOption?.propagationPolicy) {
    case 'Orphan':
      return true;
    case 'SelectivelyOrphan':
      return (deleteOption.selectivelyOrphans?.orphaningRules ?? []).some(
        (rule) =>
          (rule.group ?? '') === target.resource.group &&
          rule.resource === target.resource.plural &&
          rule.name === target.key.name &&
          (rule.namespace ?? '') === target.key.namespace,
      );
    default:
      return false;
  }
}

/** The owners that the object should have, or undefined when it has them. Foreign owners are kept. */
export function ownersToWrite(
  live: readonly OwnerReference[] | undefined,
  owner: OwnerReference,
  orphaned: boolean,
): OwnerReference[] | undefined {
  const others = (live ?? []).filter(({ uid }) => uid !== owner.uid);
  const owned = others.length !== (live ?? []).length;
  if (owned !== orphaned) return undefined;
  return orphaned ? others : [...others, owner];
}

/**
 * Writes only the owner references, whatever the strategy: they are no field of the manifest. Starts from
 * `live`, and from a fresh read when somebody else was faster (a controller that just met the new object).
 */
export async function settleOwners(
  client: Client,
  target: Target,
  live: Manifest,
  owner: OwnerReference,
  orphaned: boolean,
): Promise<Manifest> {
  for (let attempt = 1, current = live; ; attempt += 1) {
    const { uid, resourceVersion } = current.metadata;
    const ownerReferences = ownersToWrite(current.metadata.ownerReferences, owner, orphaned);
    if (!ownerReferences) return current;
    try {
      // The list is replaced as a whole: without the version, an owner added in between would be lost.
      const patch = { metadata: { uid, resourceVersion, ownerReferences } };
      return await client.mergePatch(target.resource, target.key, patch, { fieldManager: FIELD_MANAGER });
    } catch (error) {
      if (!isConflict(error) || attempt >= CONFLICT_ATTEMPTS) throw error;
      current = await client.get(target.resource, target.key);
    }
  }
}

function resourceOfApplied(applied: AppliedResource): Resource<Manifest> {
  return {
    group: applied.group ?? '',
    version: applied.version,
    kind: applied.resource,
    plural: applied.resource,
    namespaced: (applied.namespace ?? '') !== '',
  };
}

/**
 * Lets go of one object: deletes it when this owner is its last one, else only removes the owner. An object
 * without this owner (orphaned, or made anew by somebody else) is left alone.
 *
 * @returns true when nothing of it is left to wait for
 */
export async function release(
  client: Client,
  applied: AppliedResource,
  owner: OwnerReference,
): Promise<boolean> {
  const resource = resourceOfApplied(applied);
  const key = { namespace: applied.namespace ?? '', name: applied.name };
  const live = await getOrUndefined(client, { resource, key });
  if (!live) return true;
  const { uid, ownerReferences = [], deletionTimestamp, resourceVersion } = live.metadata;
  if (applied.uid && uid !== applied.uid) return true;
  const others = ownerReferences.filter((each) => each.uid !== owner.uid);
  if (others.length === ownerReferences.length) return true;
  if (others.length > 0) {
    await client.mergePatch(
      resource,
      key,
      { metadata: { uid, resourceVersion, ownerReferences: others } },
      { fieldManager: FIELD_MANAGER },
    );
    return true;
  }
  if (deletionTimestamp) return false;
  await client.delete(resource, key, {
    propagationPolicy: 'Background',
    ...(uid === undefined ? {} : { uid }),
  });
  return !(await getOrUndefined(client, { resource, key }));
}

export async function getOrUndefined(client: Client, target: Target): Promise<Manifest | undefined> {
  try {
    return await client.get(target.resource, target.key);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
