import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Condition } from '../schema.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';

/** OCM's ManagedClusterSetBinding (v1beta2): a namespace may use a set. Named like the set. */

export const ManagedClusterSetBindingSpec = z.strictObject({ clusterSet: z.string().min(1) });

export const ManagedClusterSetBindingStatus = z.strictObject({ conditions: z.array(Condition).optional() });

export type ManagedClusterSetBindingSpec = z.output<typeof ManagedClusterSetBindingSpec>;
export type ManagedClusterSetBindingStatus = z.output<typeof ManagedClusterSetBindingStatus>;
export interface ManagedClusterSetBinding {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ManagedClusterSetBindingSpec;
  status?: ManagedClusterSetBindingStatus;
}

export const ManagedClusterSetBindingResource = defineResource<ManagedClusterSetBinding>(
  CLUSTER_GROUP,
  'v1beta2',
  'ManagedClusterSetBinding',
  'managedclustersetbindings',
  'Namespaced',
);
