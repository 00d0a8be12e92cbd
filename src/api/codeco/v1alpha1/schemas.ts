import { z } from 'zod';
import { EMBEDS } from '../../schema.ts';
import { AssignmentPlanResource, AssignmentPlanSpec } from './assignmentplan.ts';
import { ClusterCapabilityResource, ClusterCapabilitySpec } from './clustercapability.ts';
import { ClusterTelemetryResource, ClusterTelemetrySpec } from './clustertelemetry.ts';
import { CodecoAppResource, CodecoAppSpec } from './codecoapp.ts';
import { DataReportResource, DataReportSpec } from './datareport.ts';
import { DatasetResource, DatasetSpec } from './dataset.ts';
import { FederationPolicyResource, FederationPolicySpec } from './federationpolicy.ts';
import { NetworkTopologyResource, NetworkTopologySpec } from './networktopology.ts';
import { PerformanceProfileResource, PerformanceProfileSpec } from './performanceprofile.ts';
import podSpec from './podspec.schema.gen.json' with { type: 'json' };
import type { JsonSchema } from './validation/structure.ts';
import { WhatIfResource, WhatIfSpec } from './whatif.ts';

/**
 * The schemas of spec by kind, as data, for judging files without a server. Written from the same zod
 * schemas as the CRDs; a PodSpec is judged by the API server's own schema.
 */
const SPECS = [
  [CodecoAppResource, CodecoAppSpec],
  [AssignmentPlanResource, AssignmentPlanSpec],
  [ClusterCapabilityResource, ClusterCapabilitySpec],
  [ClusterTelemetryResource, ClusterTelemetrySpec],
  [DataReportResource, DataReportSpec],
  [DatasetResource, DatasetSpec],
  [FederationPolicyResource, FederationPolicySpec],
  [NetworkTopologyResource, NetworkTopologySpec],
  [PerformanceProfileResource, PerformanceProfileSpec],
  [WhatIfResource, WhatIfSpec],
] as const;

/** A kind of the suite, and what its spec may say. */
export interface KindSchema {
  kind: string;
  namespaced: boolean;
  spec: JsonSchema;
}

/** All kinds of the suite by name. Costs some milliseconds: call once. */
export function kindSchemas(): Map<string, KindSchema> {
  return new Map(
    SPECS.map(([{ kind, namespaced }, spec]) => {
      const json = z.toJSONSchema(spec, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' });
      return [kind, { kind, namespaced, spec: withPodSpec(json as JsonSchema) }];
    }),
  );
}

function withPodSpec(schema: JsonSchema): JsonSchema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items ? { items: withPodSpec(items) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [
              name,
              EMBEDS in each ? (podSpec as JsonSchema) : withPodSpec(each),
            ]),
          ),
        }
      : {}),
  };
}
