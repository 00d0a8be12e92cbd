import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { WORK_GROUP } from './manifestwork.ts';

/**
 * The part of OCM's AppliedManifestWork (work.open-cluster-management.io/v1) that the suite uses: the work
 * agent's record, on the managed cluster, of what one ManifestWork has put there. It owns those objects.
 */

export const AppliedManifestWorkSpec = z.strictObject({
  /** Hex SHA-256 of the hub's URL, so that two hubs can use one managed cluster. */
  hubHash: z.string().min(1),
  agentID: z.string().optional(),
  manifestWorkName: z.string().min(1),
});

export const AppliedResource = z.strictObject({
  group: z.string().optional(),
  version: z.string(),
  /** Plural name. */
  resource: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
});

export const AppliedManifestWorkStatus = z.strictObject({
  appliedResources: z.array(AppliedResource).optional(),
  /** Since when the work is missing on the hub; what it applied is removed after the grace period. */
  evictionStartTime: z.string().optional(),
});

export type AppliedResource = z.output<typeof AppliedResource>;
export type AppliedManifestWorkSpec = z.output<typeof AppliedManifestWorkSpec>;
export type AppliedManifestWorkStatus = z.output<typeof AppliedManifestWorkStatus>;
export interface AppliedManifestWork {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: AppliedManifestWorkSpec;
  status?: AppliedManifestWorkStatus;
}

export const AppliedManifestWorkResource = defineResource<AppliedManifestWork>(
  WORK_GROUP,
  'v1',
  'AppliedManifestWork',
  'appliedmanifestworks',
  'Cluster',
);
