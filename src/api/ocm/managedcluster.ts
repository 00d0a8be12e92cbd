import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Conditions, Quantity } from '../schema.ts';

/** The part of OCM's ManagedCluster (cluster.open-cluster-management.io/v1) that the suite reads. */

export const CLUSTER_GROUP = 'cluster.open-cluster-management.io';

/** On a ManagedCluster: the one exclusive set it belongs to. */
export const CLUSTER_SET_LABEL = 'cluster.open-cluster-management.io/clusterset';

export const ManagedClusterSpec = z.strictObject({
  hubAcceptsClient: z.boolean(),
  leaseDurationSeconds: z.int().meta({ default: 60 }).optional(),
  taints: z
    .array(
      z.strictObject({
        key: z.string(),
        value: z.string().optional(),
        effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']),
        timeAdded: z.string().nullable().optional(),
      }),
    )
    .optional(),
  managedClusterClientConfigs: z
    .array(z.strictObject({ url: z.string(), caBundle: z.string().optional() }))
    .optional(),
});

export const ManagedClusterStatus = z.strictObject({
  conditions: Conditions.optional(),
  capacity: z.record(z.string(), Quantity).optional(),
  allocatable: z.record(z.string(), Quantity).optional(),
  version: z.strictObject({ kubernetes: z.string().optional() }).optional(),
  clusterClaims: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
});

export type ManagedClusterSpec = z.output<typeof ManagedClusterSpec>;
export type ManagedClusterStatus = z.output<typeof ManagedClusterStatus>;
export interface ManagedCluster {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ManagedClusterSpec;
  status?: ManagedClusterStatus;
}

export const ManagedClusterResource = defineResource<ManagedCluster>(
  CLUSTER_GROUP,
  'v1',
  'ManagedCluster',
  'managedclusters',
  'Cluster',
);
