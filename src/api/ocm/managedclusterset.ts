import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Conditions } from '../schema.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';

/** OCM's ManagedClusterSet (v1beta2): clusters by exclusive label, or by any labels. */

export const ManagedClusterSetSpec = z.strictObject({
  clusterSelector: z
    .strictObject({
      selectorType: z.enum(['ExclusiveClusterSetLabel', 'LabelSelector']).optional(),
      labelSelector: z
        .strictObject({
          matchLabels: z.record(z.string(), z.string()).optional(),
          matchExpressions: z
            .array(
              z.strictObject({
                key: z.string(),
                operator: z.string(),
                values: z.array(z.string()).optional(),
              }),
            )
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export const ManagedClusterSetStatus = z.strictObject({ conditions: Conditions.optional() });

export type ManagedClusterSetSpec = z.output<typeof ManagedClusterSetSpec>;
export type ManagedClusterSetStatus = z.output<typeof ManagedClusterSetStatus>;
export interface ManagedClusterSet {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ManagedClusterSetSpec;
  status?: ManagedClusterSetStatus;
}

export const ManagedClusterSetResource = defineResource<ManagedClusterSet>(
  CLUSTER_GROUP,
  'v1beta2',
  'ManagedClusterSet',
  'managedclustersets',
  'Cluster',
);
