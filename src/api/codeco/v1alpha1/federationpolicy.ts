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
  onViolation: z
    .enum(['Report', 'Move'])
    .optional()
    .describe(
      'What happens to an application that runs where a policy, class or label no longer allows it. Report (default): it stays. Move: it goes where it may be, within moves.',
    ),
  preemption: z
    .enum(['None', 'LowerClass'])
    .optional()
    .describe(
      'LowerClass: an application that finds no room may displace running ones of a lower qosClass. Default None.',
    ),
  moves: z
    .strictObject({
      budget: z
        .int()
        .min(0)
        .max(10_000)
        .optional()
        .describe('Applications of a namespace that may be moved within one hour. Default 1.'),
      cooldown: z
        .string()
        .max(32)
        .optional()
        .describe('Least time between two moves of one application, such as 30m. Default 1h.'),
      windows: z
        .array(z.string().max(64))
        .max(16)
        .optional()
        .describe('When moves may begin, in UTC: "22:00-06:00" or "Mon-Fri 22:00-06:00". Default: any time.'),
      leastGain: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Share of its objective that a move must gain, its own cost counted. Default 0.1.'),
    })
    .optional()
    .describe(
      'Running applications are moved to better places, within these limits. Left out: they are not.',
    ),
});

export const FederationPolicyStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  /** Namespaces of the hub that the policy is about: how many, and the first by name. */
  namespaces: z.strictObject({ selected: z.int(), names: z.array(z.string().max(63)).max(20) }).optional(),
  /** Sets that it grants and that exist, with the clusters in them that it does not deny. */
  clusterSets: z
    .array(z.strictObject({ name: clusterName, clusters: z.int() }))
    .max(64)
    .optional(),
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
