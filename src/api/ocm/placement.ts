import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Conditions, IntOrString } from '../schema.ts';
import { CLUSTER_GROUP } from './managedcluster.ts';
import { ClaimSelector, LabelSelector } from './selectors.ts';

/**
 * OCM's Placement (cluster.open-cluster-management.io/v1beta1): which clusters of the sets that are bound to
 * its namespace are chosen. A CodecoApp that names one is placed only on the clusters in its
 * PlacementDecisions; the suite reads those, and never decides a Placement itself.
 */

const ClusterSelector = z.strictObject({
  labelSelector: LabelSelector.optional(),
  claimSelector: ClaimSelector.optional(),
  celSelector: z.strictObject({ celExpressions: z.array(z.string()).optional() }).optional(),
});

const Toleration = z.strictObject({
  key: z.string().max(316).optional(),
  operator: z.enum(['Exists', 'Equal']).meta({ default: 'Equal' }).optional(),
  value: z.string().max(1024).optional(),
  effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']).optional(),
  tolerationSeconds: z.int().optional(),
});

const Prioritizer = z.strictObject({
  scoreCoordinate: z.strictObject({
    type: z.enum(['BuiltIn', 'AddOn']).default('BuiltIn'),
    builtIn: z.string().optional(),
    addOn: z.strictObject({ resourceName: z.string(), scoreName: z.string() }).optional(),
  }),
  weight: z.int().min(-10).max(10).meta({ default: 1 }).optional(),
});

export const PlacementSpec = z.strictObject({
  /** Empty: every set that is bound to the namespace. */
  clusterSets: z.array(z.string()).optional(),
  /** Left out: all that are feasible. */
  numberOfClusters: z.int().optional(),
  /** Of several, one must hold. */
  predicates: z.array(z.strictObject({ requiredClusterSelector: ClusterSelector.optional() })).optional(),
  prioritizerPolicy: z
    .strictObject({
      mode: z.string().meta({ default: 'Additive' }).optional(),
      configurations: z.array(Prioritizer).optional(),
    })
    .optional(),
  tolerations: z.array(Toleration).optional(),
  decisionStrategy: z
    .strictObject({
      groupStrategy: z
        .strictObject({
          decisionGroups: z
            .array(
              z.strictObject({
                groupName: z.string(),
                groupClusterSelector: z.strictObject({
                  labelSelector: LabelSelector.optional(),
                  claimSelector: ClaimSelector.optional(),
                }),
              }),
            )
            .optional(),
          clustersPerDecisionGroup: IntOrString.meta({ default: '100%' }).optional(),
        })
        .optional(),
    })
    .optional(),
});

export const PlacementStatus = z.strictObject({
  numberOfSelectedClusters: z.int().optional(),
  decisionGroups: z
    .array(
      z.strictObject({
        decisionGroupIndex: z.int().optional(),
        decisionGroupName: z.string().optional(),
        decisions: z.array(z.string()).optional(),
        clusterCount: z.int().meta({ default: 0 }).optional(),
      }),
    )
    .optional(),
  conditions: Conditions.optional(),
});

export type PlacementSpec = z.output<typeof PlacementSpec>;
export type PlacementStatus = z.output<typeof PlacementStatus>;
export interface Placement {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: PlacementSpec;
  status?: PlacementStatus;
}

export const PlacementResource = defineResource<Placement>(
  CLUSTER_GROUP,
  'v1beta1',
  'Placement',
  'placements',
  'Namespaced',
);
