import { FIELD_MANAGER, getOrUndefined, settleOwners } from '../ownership.ts';
import type { ApplyOutcome, ApplyRequest } from './strategy.ts';
import { withOwner } from './withowner.ts';

/** Creates what is missing and never touches the content again. */
export async function applyCreateOnly(request: ApplyRequest): Promise<ApplyOutcome> {
  const { client, target, manifest, owner, orphaned } = request;
  const found = await getOrUndefined(client, target);
  if (found) return { live: await settleOwners(client, target, found, owner, orphaned) };
  return {
    live: await client.create(target.resource, withOwner(manifest, owner, orphaned), {
      fieldManager: FIELD_MANAGER,
    }),
  };
}
