import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/**
 * FederationPolicy: who may use which clusters and how. Several on a namespace: the strictest of each rule.
 */

const clusterName = z.string().min(1).max(253);

export const NamespaceSelector = z.strictObject({
  names: z.array(z.string().min(1).max(63)).max(1000).optional(),
  matchLabels: z.record(z.string().max(317), z.string().max(63)).optional(),
});

export const FederationPolicySpec = z.strictObject({
  namespaces: NamespaceSelector.optional().describe(
    'Namespaces of the hub that the policy is about. Left out: all.',
  ),
  clusterSets: z
    .array(clusterName)
    .max(64)
    .optional()
    .describe('Cluster sets granted, in addition to bound ones.'),
  deny: z
    .strictObject({
      clusters: z.array(clusterName).max(1000).optional(),
      clusterSets: z.array(clusterName).max(64).optional(),
    })
    .optional()
    .describe('Clusters that may not be used.'),
  denyNamespaces: z
    .array(z.string().min(1).max(63))
    .max(1000)
    .optional()
    .describe('Namespaces that applications may not run in.'),
  connectivity: z
    .enum(['None', 'Assumed', 'MultiClusterServices', 'Skupper'])
    .optional()
    .describe(
      'None (default): a channel may not cross clusters. Assumed: the administrator has connected them.',
    ),
  podSecurity: z
    .enum(['privileged', 'baseline', 'restricted'])
    .optional()
    .describe('Pod Security level. Default baseline.'),
  serviceAccounts: z.array(z.string().min(1).max(253)).max(64).optional(),
  isolation: z.enum(['None', 'Channels']).optional(),
  onViolation: z.enum(['Report', 'Move']).optional(),
  preemption: z.enum(['None', 'LowerClass']).optional(),
  moves: z
    .strictObject({
      budget: z.int().min(0).max(10_000).optional(),
      cooldown: z.string().max(32).optional(),
      windows: z.array(z.string().max(64)).max(16).optional(),
      leastGain: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

export const FederationPolicyStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});

export type FederationPolicySpec = z.output<typeof FederationPolicySpec>;
export type FederationPolicyStatus = z.output<typeof FederationPolicyStatus>;
export interface FederationPolicy {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: FederationPolicySpec;
  status?: FederationPolicyStatus;
}

export const FederationPolicyResource = defineResource<FederationPolicy>(
  GROUP,
  VERSION,
  'FederationPolicy',
  'federationpolicies',
  'Cluster',
);
