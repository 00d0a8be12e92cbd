import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, Quantity } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/** DataReport: data sets found on a managed cluster, in its hub namespace. */

export const DataReportSpec = z.strictObject({
  datasets: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(253),
        size: Quantity.optional(),
        lastChange: z.string().max(64).optional(),
      }),
    )
    .max(1000),
});

export const DataReportStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});

export type DataReportSpec = z.output<typeof DataReportSpec>;
export type DataReportStatus = z.output<typeof DataReportStatus>;
export interface DataReport {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: DataReportSpec;
  status?: DataReportStatus;
}

export const DataReportResource = defineResource<DataReport>(
  GROUP,
  VERSION,
  'DataReport',
  'datareports',
  'Namespaced',
);
