import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, Quantity } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/**
 * ClusterTelemetry: capacity, use and health as a managed cluster sees itself. Lies in the hub namespace of
 * the cluster and carries its name.
 */

const Amounts = z.record(z.string().max(253), Quantity);

export const ClusterTelemetrySpec = z.strictObject({
  observedAt: z.string().max(64).optional().describe('When it was measured, RFC 3339.'),
  allocatable: Amounts,
  requestedByOthers: Amounts.optional().describe(
    'Requests of all Pods that do not belong to an application of the suite.',
  ),
  applications: z
    .array(
      z.strictObject({
        namespace: z.string().max(63),
        name: z.string().max(253),
        decision: z.string().max(64).optional(),
        requested: Amounts.optional(),
        ready: z.int().optional(),
        restarts: z.int().optional(),
      }),
    )
    .max(2000)
    .optional(),
  shapes: z
    .array(Amounts)
    .max(16)
    .optional()
    .describe('Largest Pods that still fit on one node, as alternatives.'),
  nodes: z.strictObject({ ready: z.int().optional(), total: z.int().optional() }).optional(),
  power: z
    .strictObject({
      watts: z.number().nonnegative().optional(),
      source: z.enum(['Measured', 'Modelled']).optional(),
    })
    .optional(),
});

export const ClusterTelemetryStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});

export type ClusterTelemetrySpec = z.output<typeof ClusterTelemetrySpec>;
export type ClusterTelemetryStatus = z.output<typeof ClusterTelemetryStatus>;
export interface ClusterTelemetry {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ClusterTelemetrySpec;
  status?: ClusterTelemetryStatus;
}

export const ClusterTelemetryResource = defineResource<ClusterTelemetry>(
  GROUP,
  VERSION,
  'ClusterTelemetry',
  'clustertelemetries',
  'Namespaced',
);
