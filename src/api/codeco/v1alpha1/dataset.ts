import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, Quantity } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/** Dataset: a data set by name: where it is, how big and fresh, and under which rules. */

export const DatasetSpec = z.strictObject({
  owner: z.string().max(253).optional(),
  class: z.string().max(63).optional(),
  residency: z
    .array(z.string().min(1).max(63))
    .max(64)
    .optional()
    .describe('Jurisdictions that the data, and what is made of it, may not leave.'),
  size: Quantity.optional(),
  replicas: z
    .array(
      z.strictObject({
        cluster: z.string().min(1).max(253),
        lastChange: z.string().max(64).optional().describe('RFC 3339.'),
      }),
    )
    .max(1000)
    .optional()
    .describe('Clusters that hold it, as declared.'),
});

export const DatasetStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  replicas: z
    .array(z.strictObject({ cluster: z.string().max(253), lastChange: z.string().max(64).optional() }))
    .max(1000)
    .optional()
    .describe('Clusters that were found to hold it.'),
  conditions: Conditions.optional(),
});

export type DatasetSpec = z.output<typeof DatasetSpec>;
export type DatasetStatus = z.output<typeof DatasetStatus>;
export interface Dataset {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: DatasetSpec;
  status?: DatasetStatus;
}

export const DatasetResource = defineResource<Dataset>(GROUP, VERSION, 'Dataset', 'datasets', 'Namespaced');
