import type { OwnerReference } from '../../../../src/api/meta.ts';
import type { Manifest } from '../manifest.ts';
import { ownersToWrite } from '../ownership.ts';

/** The manifest as it is created: with its owner from the first moment, so that nothing is left behind. */
export function withOwner(manifest: Manifest, owner: OwnerReference, orphaned: boolean): Manifest {
  const ownerReferences = ownersToWrite(manifest.metadata.ownerReferences, owner, orphaned);
  return ownerReferences ? { ...manifest, metadata: { ...manifest.metadata, ownerReferences } } : manifest;
}
