import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';

/** OCM's PlacementDecision (v1beta1): at most 100 clusters each; found by label, never by name. */

export const PLACEMENT_LABEL = 'cluster.open-cluster-management.io/placement';

export const PlacementDecisionStatus = z.strictObject({
  decisions: z.array(z.strictObject({ clusterName: z.string(), reason: z.string() })),
});

export type PlacementDecisionStatus = z.output<typeof PlacementDecisionStatus>;
export interface PlacementDecision {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  status?: PlacementDecisionStatus;
}

export const PlacementDecisionResource = defineResource<PlacementDecision>(
  CLUSTER_GROUP,
  'v1beta1',
  'PlacementDecision',
  'placementdecisions',
  'Namespaced',
);
