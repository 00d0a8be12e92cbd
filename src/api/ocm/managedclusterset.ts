import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Condition } from '../schema.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';
import { LabelSelector } from './selectors.ts';

/** OCM's ManagedClusterSet (v1beta2): clusters by exclusive label, or by any labels. */

const BY_LABEL = { selectorType: 'ExclusiveClusterSetLabel' };

export const ManagedClusterSetSpec = z
  .strictObject({
    clusterSelector: z
      .strictObject({
        selectorType: z
          .enum(['ExclusiveClusterSetLabel', 'LabelSelector'])
          .meta({ default: BY_LABEL.selectorType })
          .optional(),
        labelSelector: LabelSelector.optional(),
      })
      .meta({ default: BY_LABEL })
      .optional(),
  })
  .meta({ default: { clusterSelector: BY_LABEL } });

export const ManagedClusterSetStatus = z.strictObject({ conditions: z.array(Condition).optional() });

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
