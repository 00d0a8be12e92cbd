import type { OwnerReference } from '../../../../src/api/meta.ts';
import type { ManifestConfig } from '../../../../src/api/ocm/manifestwork.ts';
import type { Client } from '../../../../src/runtime/client.ts';
import type { Manifest, Target } from '../manifest.ts';

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
