import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/** WhatIf: a question about placement; the answer is a diff in status. */

export const WhatIfSpec = z.strictObject({
  app: z.string().min(1).max(253).optional().describe('Left out: all applications of the namespace.'),
  loseCluster: z.string().min(1).max(253).optional(),
  performanceProfile: z.string().min(1).max(253).optional(),
  scale: z
    .strictObject({ service: z.string().min(1).max(63).optional(), factor: z.number().positive().max(1000) })
    .optional(),
});

export const WhatIfStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});

export type WhatIfSpec = z.output<typeof WhatIfSpec>;
export type WhatIfStatus = z.output<typeof WhatIfStatus>;
export interface WhatIf {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: WhatIfSpec;
  status?: WhatIfStatus;
}

export const WhatIfResource = defineResource<WhatIf>(GROUP, VERSION, 'WhatIf', 'whatifs', 'Namespaced');
