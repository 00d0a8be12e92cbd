import { z } from 'zod';
import type { ObjectMeta } from '../meta.ts';
import { defineResource } from '../resource.ts';
import { Conditions, EmbeddedResource, keyedBy } from '../schema.ts';

/**
 * The part of OCM's ManifestWork (work.open-cluster-management.io/v1) that the suite uses: manifests for
 * one managed cluster, written in the hub namespace of that cluster.
 */

export const WORK_GROUP = 'work.open-cluster-management.io';

const ResourceIdentifier = z.strictObject({
  /** Left out or empty: the core group. */
  group: z.string().optional(),
  resource: z.string().min(1),
  name: z.string().min(1),
  namespace: z.string().optional(),
});

export const FeedbackRule = z.strictObject({
  type: z.enum(['WellKnownStatus', 'JSONPaths']),
  jsonPaths: z
    .array(z.strictObject({ name: z.string(), version: z.string().optional(), path: z.string() }))
    .meta(keyedBy('name'))
    .optional(),
});

/** A condition of a manifest made out of its object: by expressions in CEL, or by what OCM knows of the kind. */
export const ConditionRule = z.strictObject({
  condition: z.string(),
  type: z.enum(['CEL', 'WellKnownConditions']),
  /** All must be true. `object` is the live object. */
  celExpressions: z.array(z.string()).optional(),
  message: z.string().optional(),
  /** Gives the message as a string; beside `object` it knows `result`. */
  messageExpression: z.string().optional(),
});

/** Fields of a manifest that server-side apply leaves to others. */
export const IgnoreField = z.strictObject({
  /** OnSpokePresent: while the object exists. OnSpokeChange: as long as the manifest itself does not change. */
  condition: z.enum(['OnSpokePresent', 'OnSpokeChange']).default('OnSpokePresent'),
  jsonPaths: z.array(z.string()).optional(),
  jsonPointers: z.array(z.string()).optional(),
  jqPathExpressions: z.array(z.string()).optional(),
});

export const ManifestConfig = z.strictObject({
  resourceIdentifier: ResourceIdentifier,
  feedbackRules: z.array(FeedbackRule).optional(),
  feedbackScrapeType: z.enum(['Poll', 'Watch']).meta({ default: 'Poll' }).optional(),
  conditionRules: z.array(ConditionRule).meta(keyedBy('condition')).optional(),
  updateStrategy: z
    .strictObject({
      type: z.enum(['Update', 'CreateOnly', 'ServerSideApply', 'ReadOnly']).default('Update'),
      serverSideApply: z
        .strictObject({
          force: z.boolean().optional(),
          fieldManager: z
            .string()
            .regex(/^work-agent/)
            .meta({ default: 'work-agent' })
            .optional(),
          ignoreFields: z.array(IgnoreField).meta(keyedBy('condition')).optional(),
        })
        .optional(),
    })
    .optional(),
});

export const ManifestWorkSpec = z.strictObject({
  workload: z.strictObject({ manifests: z.array(EmbeddedResource).optional() }),
  deleteOption: z
    .strictObject({
      propagationPolicy: z.enum(['Foreground', 'Orphan', 'SelectivelyOrphan']).default('Foreground'),
      selectivelyOrphans: z
        .strictObject({
          orphaningRules: z
            .array(
              z.strictObject({
                group: z.string().optional(),
                resource: z.string(),
                name: z.string(),
                namespace: z.string().optional(),
              }),
            )
            .optional(),
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
    ordinal: z.int(),
    group: z.string().optional(),
    version: z.string().optional(),
    kind: z.string().optional(),
    resource: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
  }),
  statusFeedback: z
    .strictObject({ values: z.array(FeedbackValue).meta(keyedBy('name')).optional() })
    .optional(),
  conditions: Conditions,
});

export const ManifestWorkStatus = z.strictObject({
  conditions: Conditions.optional(),
  resourceStatus: z.strictObject({ manifests: z.array(ManifestStatus).optional() }).optional(),
});

export type ManifestConfig = z.output<typeof ManifestConfig>;
export type ConditionRule = z.output<typeof ConditionRule>;
export type IgnoreField = z.output<typeof IgnoreField>;
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
