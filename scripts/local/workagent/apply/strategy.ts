import type { OwnerReference } from '../../../../src/api/meta.ts';
import type { ManifestConfig } from '../../../../src/api/ocm/manifestwork.ts';
import type { Client } from '../../../../src/runtime/client.ts';
import type { Manifest, Target } from '../manifest.ts';
import { applyCreateOnly } from './createonly.ts';
import { readOnly } from './readonly.ts';
import { applyServerSide } from './serversideapply.ts';
import { applyUpdate } from './update.ts';

export type UpdateStrategy = NonNullable<ManifestConfig['updateStrategy']>;

export interface ApplyRequest {
  client: Client;
  target: Target;
  manifest: Manifest;
  strategy: UpdateStrategy;
  owner: OwnerReference;
  /** The object must not carry the owner. */
  orphaned: boolean;
  /** Hash of the object as the server answered the last write of this manifest; undefined at first. */
  settledHash: string | undefined;
}

export interface ApplyOutcome {
  /** The object as the server answered; undefined when nothing was applied. */
  live: Manifest | undefined;
  /** To be handed in at the next time. */
  settledHash?: string;
}

/** Brings one object to what its manifest says, in the way that the work asks for. Rejects as the client does. */
export function applyManifest(request: ApplyRequest): Promise<ApplyOutcome> {
  switch (request.strategy.type) {
    case 'Update':
      return applyUpdate(request);
    case 'CreateOnly':
      return applyCreateOnly(request);
    case 'ServerSideApply':
      return applyServerSide(request);
    case 'ReadOnly':
      return readOnly();
  }
}
