import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';

/**
 * OCM's ClusterClaim (cluster.open-cluster-management.io/v1alpha1), on the managed cluster: one fact that the
 * cluster states of itself, under the object's name. Registration copies them into the ManagedCluster.
 */

/** On a claim: it stays on the managed cluster. */
export const SPOKE_ONLY_LABEL = 'open-cluster-management.io/spoke-only';

export const ClusterClaimSpec = z.strictObject({ value: z.string().min(1).max(1024).optional() });

export type ClusterClaimSpec = z.output<typeof ClusterClaimSpec>;
export interface ClusterClaim {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: ClusterClaimSpec;
}

export const ClusterClaimResource = defineResource<ClusterClaim>(
  CLUSTER_GROUP,
  'v1alpha1',
  'ClusterClaim',
  'clusterclaims',
  'Cluster',
);
