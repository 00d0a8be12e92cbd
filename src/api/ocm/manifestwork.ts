import { z } from 'zod';
import type { KubeObject, ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Conditions } from '../schema.ts';

/**
 * The part of OCM's ManifestWork (work.open-cluster-management.io/v1) that the suite uses: manifests for
 * one managed cluster, written in the hub namespace of that cluster.
 */

export const WORK_GROUP = 'work.open-cluster-management.io';

const ResourceIdentifier = z.strictObject({
  group: z.string(),
  resource: z.string().min(1),
  name: z.string().min(1),
  namespace: z.string().optional(),
});

export const FeedbackRule = z.strictObject({
  type: z.enum(['WellKnownStatus', 'JSONPaths']),
  jsonPaths: z
    .array(z.strictObject({ name: z.string(), version: z.string().optional(), path: z.string() }))
    .optional(),
});

export const ManifestConfig = z.strictObject({
  resourceIdentifier: ResourceIdentifier,
  feedbackRules: z.array(FeedbackRule).optional(),
  feedbackScrapeType: z.enum(['Poll', 'Watch']).optional(),
  updateStrategy: z
    .strictObject({
      type: z.enum(['Update', 'CreateOnly', 'ServerSideApply', 'ReadOnly']),
      serverSideApply: z
        .strictObject({
          force: z.boolean().optional(),
          fieldManager: z
            .string()
            .regex(/^work-agent/)
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export const ManifestWorkSpec = z.strictObject({
  workload: z.strictObject({ manifests: z.array(z.custom<KubeObject>()).optional() }),
  deleteOption: z
    .strictObject({
      propagationPolicy: z.enum(['Foreground', 'Orphan', 'SelectivelyOrphan']),
      selectivelyOrphans: z
        .strictObject({
          orphaningRules: z.array(
            z.strictObject({
              group: z.string(),
              resource: z.string(),
              name: z.string(),
              namespace: z.string().optional(),
            }),
          ),
        })
        .optional(),
    })
    .optional(),
  manifestConfigs: z.array(ManifestConfig).optional(),
  executor: z
    .strictObject({
      subject: z.strictObject({
        type: z.enum(['ServiceAccount']),
        serviceAccount: z.strictObject({ namespace: z.string(), name: z.string() }),
      }),
    })
    .optional(),
});

export const FeedbackValue = z.strictObject({
  name: z.string(),
  fieldValue: z.strictObject({
    type: z.enum(['Integer', 'String', 'Boolean', 'JsonRaw']),
    integer: z.int().optional(),
    string: z.string().optional(),
    boolean: z.boolean().optional(),
    jsonRaw: z.string().optional(),
  }),
});

export const ManifestStatus = z.strictObject({
  resourceMeta: z.strictObject({
    ordinal: z.int().optional(),
    group: z.string().optional(),
    version: z.string().optional(),
    kind: z.string().optional(),
    resource: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
  }),
  statusFeedback: z.strictObject({ values: z.array(FeedbackValue).optional() }).optional(),
  conditions: Conditions,
});

export const ManifestWorkStatus = z.strictObject({
  conditions: Conditions.optional(),
  resourceStatus: z.strictObject({ manifests: z.array(ManifestStatus).optional() }).optional(),
});

export type ManifestConfig = z.output<typeof ManifestConfig>;
export type FeedbackRule = z.output<typeof FeedbackRule>;
export type FeedbackValue = z.output<typeof FeedbackValue>;
export type ManifestStatus = z.output<typeof ManifestStatus>;
export type ManifestWorkSpec = z.output<typeof ManifestWorkSpec>;
export type ManifestWorkStatus = z.output<typeof ManifestWorkStatus>;
export interface ManifestWork {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: ManifestWorkSpec;
  status?: ManifestWorkStatus;
}

export const ManifestWorkResource = defineResource<ManifestWork>(
  WORK_GROUP,
  'v1',
  'ManifestWork',
  'manifestworks',
  'Namespaced',
);
