import { createHash } from 'node:crypto';
import { hasCode, isInvalid } from '../../../../src/runtime/apierror.ts';
import type { Manifest } from '../manifest.ts';
import { CONFLICT_ATTEMPTS, FIELD_MANAGER, getOrUndefined, ownersToWrite } from '../ownership.ts';
import type { ApplyOutcome, ApplyRequest } from './strategy.ts';
import { withOwner } from './withowner.ts';

/**
 * Get, and replace when the object differs: everything beside metadata and status becomes what the manifest
 * says, foreign keys included; labels, annotations and owners are merged.
 *
 * "Differs" cannot be told by comparing with the manifest, because the server fills in defaults. So the
 * object that the server answered to the last write is what the manifest means, and anything else is drift.
 * After a restart every object is written once; where nothing differs, the server stores nothing.
 */
export async function applyUpdate(request: ApplyRequest): Promise<ApplyOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await getAndReplace(request);
    } catch (error) {
      // Somebody wrote between get and replace, or created what was not there: look again.
      if (!hasCode(error, 'Conflict', 'AlreadyExists') || attempt >= CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function getAndReplace(request: ApplyRequest): Promise<ApplyOutcome> {
  const { client, target, manifest, owner, orphaned } = request;
  const found = await getOrUndefined(client, target);
  if (!found) {
    const body = withOwner(manifest, owner, orphaned);
    return settled(manifest, await client.create(target.resource, body, { fieldManager: FIELD_MANAGER }));
  }
  if (
    request.settledHash === hashOf(manifest, found) &&
    holds(manifest.metadata.labels, found.metadata.labels) &&
    holds(manifest.metadata.annotations, found.metadata.annotations) &&
    !ownersToWrite(found.metadata.ownerReferences, owner, orphaned)
  ) {
    return { live: found, settledHash: request.settledHash };
  }
  const metadata = mergedMetadata(request, found);
  try {
    const body = { ...replaced(manifest, found), metadata };
    return settled(manifest, await client.update(target.resource, body, { fieldManager: FIELD_MANAGER }));
  } catch (error) {
    if (!isInvalid(error)) throw error;
    // Fields that a controller filled in for good (volumeName of a claim, selector of a Job) may not be
    // taken away again: keep what the manifest does not speak of.
    const body = { ...(overlaid(found, manifest) as Manifest), metadata };
    return settled(manifest, await client.update(target.resource, body, { fieldManager: FIELD_MANAGER }));
  }
}

function settled(manifest: Manifest, live: Manifest): ApplyOutcome {
  return { live, settledHash: hashOf(manifest, live) };
}

/** What of the object is compared. The manifest is part of it: a new one is always written. */
function hashOf(manifest: Manifest, live: Manifest): string {
  const { metadata: _metadata, status: _status, ...content } = live;
  return createHash('sha256')
    .update(JSON.stringify([manifest, content]))
    .digest('hex');
}

function replaced(manifest: Manifest, found: Manifest): Manifest {
  // A kind without status subresource would lose its status here.
  return 'status' in manifest || !('status' in found) ? manifest : { ...manifest, status: found['status'] };
}

function mergedMetadata({ manifest, owner, orphaned }: ApplyRequest, found: Manifest): Manifest['metadata'] {
  const { labels, annotations } = manifest.metadata;
  const ownerReferences = ownersToWrite(found.metadata.ownerReferences, owner, orphaned);
  return {
    ...found.metadata,
    ...(labels ? { labels: { ...found.metadata.labels, ...labels } } : {}),
    ...(annotations ? { annotations: { ...found.metadata.annotations, ...annotations } } : {}),
    ...(ownerReferences ? { ownerReferences } : {}),
  };
}

function holds(wanted: Record<string, string> | undefined, live: Record<string, string> = {}): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => live[key] === value);
}

/** `top` over `bottom`: objects are merged, everything else is replaced. */
function overlaid(bottom: unknown, top: unknown): unknown {
  if (!isObject(bottom) || !isObject(top)) return top;
  const result = { ...bottom };
  for (const [key, value] of Object.entries(top)) result[key] = overlaid(bottom[key], value);
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
