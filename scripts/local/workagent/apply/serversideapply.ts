import { FIELD_MANAGER, settleOwners } from '../ownership.ts';
import type { ApplyOutcome, ApplyRequest } from './strategy.ts';

/**
 * Server-side apply: field by field. A field that another manager holds is a conflict unless the work says
 * force; fields that the manifest does not name are nobody's business.
 */
export async function applyServerSide(request: ApplyRequest): Promise<ApplyOutcome> {
  const { client, target, manifest, strategy, owner, orphaned } = request;
  const { force = false, fieldManager = FIELD_MANAGER } = strategy.serverSideApply ?? {};
  const live = await client.apply(target.resource, manifest, { fieldManager, force });
  // The owner is written apart: as part of the applied fields it would be taken away when the policy changes.
  return { live: await settleOwners(client, target, live, owner, orphaned) };
}
