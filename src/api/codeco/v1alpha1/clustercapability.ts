import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, Quantity } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/**
 * ClusterCapability: facts about clusters that the clusters themselves may not state: where they are, which
 * classes they hold, what they cost and emit. Written by an administrator.
 */

const clusterName = z.string().min(1).max(253);
const amount = z.number().nonnegative().max(1e12);

export const ClusterSelection = z.strictObject({
  names: z.array(clusterName).max(1000).optional(),
  clusterSets: z.array(clusterName).max(64).optional(),
  matchLabels: z
    .record(z.string().max(317), z.string().max(63))
    .optional()
    .describe('Counts only with trustLabels: a cluster can change its own labels.'),
  trustLabels: z
    .boolean()
    .optional()
    .describe('Labels of a ManagedCluster may decide; they can be written by the cluster itself.'),
});

export const ClusterCapabilitySpec = z.strictObject({
  select: ClusterSelection,
  zone: z.string().min(1).max(63).optional().describe('Failure domain. A cluster without one is its own.'),
  region: z.string().min(1).max(63).optional(),
  jurisdiction: z.string().min(1).max(63).optional(),
  securityClass: z.enum(['High', 'Good', 'Medium', 'Low', 'None']).optional(),
  complianceClass: z.enum(['High', 'Medium', 'Low']).optional(),
  priceUSDPerHour: z
    .record(z.string().max(253), amount)
    .optional()
    .describe('USD per hour by resource: cpu per core, memoryGiB per GiB, others per piece.'),
  power: z
    .strictObject({
      wattsIdlePerVCPU: amount.optional(),
      wattsFullPerVCPU: amount.optional(),
      pue: z.number().min(1).max(10).optional().describe('Power usage effectiveness.'),
    })
    .optional(),
  grid: z
    .strictObject({
      zone: z.string().max(63).optional(),
      gramsPerKWh: amount.optional().describe('gCO2e per kWh.'),
    })
    .optional(),
  availability: z.number().min(0).max(1).optional().describe('Share of time, for example 0.999.'),
  reserve: z
    .strictObject({ cpu: Quantity.optional(), memory: Quantity.optional() })
    .optional()
    .describe('Kept free where the cluster does not report its use. Default: 20 % of allocatable.'),
  egressUSDPerGB: z
    .record(z.string().max(63), amount)
    .optional()
    .describe('USD per GB by region of the receiver.'),
});

export const ClusterCapabilityStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  /** Clusters that the selection takes. */
  matched: z.int().optional(),
  /** The first of them by name. */
  clusters: z.array(clusterName).max(20).optional(),
  conditions: Conditions.optional(),
});

export type ClusterCapabilitySpec = z.output<typeof ClusterCapabilitySpec>;
export type ClusterCapabilityStatus = z.output<typeof ClusterCapabilityStatus>;
export interface ClusterCapability {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ClusterCapabilitySpec;
  status?: ClusterCapabilityStatus;
}

export const ClusterCapabilityResource = defineResource<ClusterCapability>(
  GROUP,
  VERSION,
  'ClusterCapability',
  'clustercapabilities',
  'Cluster',
);
