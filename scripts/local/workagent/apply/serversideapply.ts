import { createHash } from 'node:crypto';
import type { Manifest } from '../manifest.ts';
import { FIELD_MANAGER, getOrUndefined, settleOwners } from '../ownership.ts';
import { withoutIgnored } from './ignorefields.ts';
import type { ApplyOutcome, ApplyRequest } from './strategy.ts';

/** OCM's place for what was applied last, where a work ignores fields: without it every re-apply would write. */
const SPEC_HASH = 'open-cluster-management.io/config-spec-hash';

/**
 * Server-side apply: field by field. A field that another manager holds is a conflict unless the work says
 * force; fields that the manifest does not name are nobody's business.
 */
export async function applyServerSide(request: ApplyRequest): Promise<ApplyOutcome> {
  const { client, target, strategy, owner, orphaned } = request;
  const { force = false, fieldManager = FIELD_MANAGER, ignoreFields = [] } = strategy.serverSideApply ?? {};
  const { manifest, same } = ignoreFields.length === 0 ? asIs(request) : await ignoring(request);
  const live = same ?? (await client.apply(target.resource, manifest, { fieldManager, force }));
  // The owner is written apart: as part of the applied fields it would be taken away when the policy changes.
  return { live: await settleOwners(client, target, live, owner, orphaned) };
}

interface ToApply {
  manifest: Manifest;
  /** The live object, when nothing of the manifest has changed since it was applied: then nothing is sent. */
  same?: Manifest;
}

function asIs({ manifest }: ApplyRequest): ToApply {
  return { manifest };
}

/** All fields while the object is not there; afterwards those that are not ignored, when they changed. */
async function ignoring({ client, target, manifest, strategy }: ApplyRequest): Promise<ToApply> {
  const kept = withoutIgnored(manifest, strategy.serverSideApply?.ignoreFields ?? []);
  const hash = createHash('sha256').update(JSON.stringify(kept)).digest('hex');
  const found = await getOrUndefined(client, target);
  if (!found) return { manifest: withHash(manifest, hash) };
  if (found.metadata.annotations?.[SPEC_HASH] === hash) return { manifest, same: found };
  return { manifest: withHash(kept, hash) };
}

function withHash(manifest: Manifest, hash: string): Manifest {
  const annotations = { ...manifest.metadata.annotations, [SPEC_HASH]: hash };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}
