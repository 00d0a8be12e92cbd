import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, embeds, IntOrString, keyedBy, ONE_WRITER } from '../../schema.ts';
import { API_VERSION, GROUP, VERSION } from './group.ts';

/**
 * CodecoApp, the CODECO Application Model (CAM): a graph of microservices with compute, network and data
 * needs, written by a user. Serves the fields of both generations in the field, and additive ones.
 */

const dns1123Label = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const objectName = z.string().min(1).max(253);

export const AdvancedChannelSettings = z.strictObject({
  minBandwidth: z
    .string()
    .max(32)
    .optional()
    .describe('Bandwidth in bit/s as a quantity, for example 5M. The older name of bandwidth.'),
  bandwidth: z.string().max(32).optional().describe('Bandwidth in bit/s as a quantity, for example 5M.'),
  maxDelay: IntOrString.optional().describe(
    'Greatest one-way network delay: seconds as a number (1, "10e-3"), or a duration in ns, us, ms or s.',
  ),
  frameSize: IntOrString.optional().describe('Bytes per call.'),
  sendInterval: IntOrString.optional().describe('Time between two calls, written like maxDelay.'),
});

export const ServiceChannel = z.strictObject({
  channelName: z
    .string()
    .min(1)
    .max(59)
    .describe('Name of the channel; its Service is called svc-<channelName>.'),
  otherService: z.strictObject({
    serviceName: z.string().min(1).max(63),
    appName: z.string().max(63).optional(),
    port: z.int().min(1).max(65535).describe('A containerPort of the other service.'),
  }),
  serviceClass: z
    .enum(['BESTEFFORT', 'ASSURED'])
    .optional()
    .describe('ASSURED: delay and bandwidth are hard limits. BESTEFFORT (default): preferences.'),
  advancedChannelSettings: AdvancedChannelSettings.optional(),
  traffic: z
    .strictObject({
      callsPerSecond: z.number().nonnegative().max(1e9).optional(),
      bytesPerCall: z.int().nonnegative().max(1e12).optional(),
    })
    .optional(),
  residency: z
    .enum(['Clean'])
    .optional()
    .describe('Clean: what the channel carries is no longer bound to the jurisdiction of a data set.'),
});

export const DataNeed = z.strictObject({
  dataset: objectName,
  access: z.enum(['Read', 'Write', 'ReadWrite']).optional(),
  locality: z.enum(['Required', 'Preferred']).optional(),
  maxDelay: IntOrString.optional(),
  maxStaleness: z
    .string()
    .max(32)
    .optional()
    .describe('Greatest age of the replica that is read, as a duration, for example 1h.'),
});

export const ServicePlacementRules = z.strictObject({
  clusterSelector: z
    .strictObject({
      matchLabels: z.record(z.string().max(317), z.string().max(63)).optional(),
      matchExpressions: z
        .array(
          z.strictObject({
            key: z.string().min(1).max(317),
            operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: z.array(z.string().max(63)).max(64).optional(),
          }),
        )
        .max(32)
        .optional(),
    })
    .optional(),
  clusters: z.array(objectName).max(1000).optional(),
  notClusters: z.array(objectName).max(1000).optional(),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().max(317).optional(),
        operator: z.enum(['Equal', 'Exists']).optional(),
        value: z.string().max(63).optional(),
        effect: z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']).optional(),
      }),
    )
    .max(32)
    .optional(),
  spread: z
    .strictObject({ over: z.enum(['Zone', 'Cluster']), min: z.int().min(1).max(100) })
    .optional()
    .describe('Replicas in at least min zones or clusters.'),
});

/** A core/v1 PodSpec. Its schema in the CRD is the API server's own; here only what the suite reads. */
export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  schedulerName?: string;
  restartPolicy?: string;
  nodeName?: string;
  serviceAccountName?: string;
  volumes?: Record<string, unknown>[];
  imagePullSecrets?: { name?: string }[];
  overhead?: Record<string, string | number>;
  [field: string]: unknown;
}

export interface Container {
  name: string;
  image?: string;
  ports?: { containerPort: number; name?: string; protocol?: string }[];
  resources?: {
    requests?: Record<string, string | number>;
    limits?: Record<string, string | number>;
  };
  env?: Record<string, unknown>[];
  envFrom?: Record<string, unknown>[];
  restartPolicy?: string;
  [field: string]: unknown;
}

export const ServiceSpec = z.strictObject({
  serviceName: dns1123Label,
  podspec: z.custom<PodSpec>((value) => typeof value === 'object' && value !== null).meta(embeds('PodSpec')),
  serviceChannels: z.array(ServiceChannel).max(64).meta(keyedBy('channelName')).optional(),
  replicas: z.int().min(1).max(10_000).optional(),
  data: z.array(DataNeed).max(32).optional(),
  placement: ServicePlacementRules.optional(),
  move: z
    .strictObject({
      policy: z.enum(['Anywhere', 'Restart', 'Pinned']).optional(),
      stateSize: z
        .string()
        .max(32)
        .optional()
        .describe('State that a move copies, as a quantity of bytes, for example 2Gi.'),
    })
    .optional(),
});

export const EntryPoint = z.strictObject({
  name: dns1123Label,
  service: z.string().min(1).max(63),
  region: z.string().min(1).max(63).optional(),
  cluster: objectName.optional(),
  callsPerSecond: z.number().nonnegative().max(1e9),
});

export const CodecoAppSpec = z.strictObject({
  appName: dns1123Label
    .optional()
    .describe('Prefix of the workloads: <appName>-<serviceName>. Defaults to the name of the object.'),
  qosClass: z.enum(['Gold', 'Silver', 'BestEffort']).optional(),
  securityClass: z.enum(['High', 'Good', 'Medium', 'Low', 'None']).optional(),
  complianceClass: z.enum(['High', 'Medium', 'Low']).optional(),
  appEnergyLimit: z.string().max(16).optional(),
  appFailureTolerance: z.string().max(16).optional(),
  performanceProfile: objectName.optional(),
  'codecoapp-msspec': z.array(ServiceSpec).min(1).max(500).meta(keyedBy('serviceName')),
  clusterSets: z.array(objectName).max(64).optional(),
  placementRef: z.strictObject({ name: objectName }).optional(),
  entryPoints: z.array(EntryPoint).max(64).meta(keyedBy('name')).optional(),
  suspend: z.boolean().optional(),
});

/** Where one service runs, for people and for `kubectl get -o jsonpath`. Capped in number. */
export const ServiceStatus = z.strictObject({
  serviceName: z.string(),
  clusters: z.array(z.strictObject({ name: z.string(), replicas: z.int(), ready: z.int() })),
});

export const CodecoAppStatus = z
  .strictObject({
    observedGeneration: z.int().optional(),
    /** Name of the ControllerRevision that holds the newest valid model. */
    acceptedRevision: z.string().optional(),
    acceptedGeneration: z.int().optional(),
    /** The generation whose Pods the API server was asked about last, and under which Pod Security level. */
    podCheck: z.strictObject({ generation: z.int(), level: z.string() }).optional(),
    conditions: Conditions.optional(),
    services: z.array(ServiceStatus).optional(),
    /** What the printer columns show: ready of all services, clusters used, edges met of all, profile, gap. */
    summary: z
      .strictObject({
        services: z.string().optional(),
        clusters: z.int().optional(),
        edges: z.string().optional(),
        profile: z.string().optional(),
        gap: z.string().optional(),
      })
      .optional(),
    status: z.enum(['OK', 'Warning', 'Error']).optional(),
    errorMsg: z.string().optional(),
    appMetrics: z
      .strictObject({
        numPods: z.int().optional(),
        avgAppCpu: z.string().optional(),
        avgAppMemory: z.string().optional(),
        serviceMetrics: z
          .array(
            z.strictObject({
              serviceName: z.string().optional(),
              nodeName: z.string().optional(),
              podName: z.string().optional(),
              clusterName: z.string().optional(),
              avgServiceCpu: z.string().optional(),
              avgServiceMemory: z.string().optional(),
            }),
          )
          .optional(),
      })
      .optional(),
    nodeMetrics: z
      .array(
        z.strictObject({
          nodeName: z.string().optional(),
          avgNodeCpu: z.string().optional(),
          avgNodeMemory: z.string().optional(),
          avgNodeFailure: z.string().optional(),
          avgNodeEnergy: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta(ONE_WRITER);

export type ServiceChannel = z.output<typeof ServiceChannel>;
export type ServiceSpec = z.output<typeof ServiceSpec>;
export type CodecoAppSpec = z.output<typeof CodecoAppSpec>;
export type CodecoAppStatus = z.output<typeof CodecoAppStatus>;
export interface CodecoApp {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: CodecoAppSpec;
  status?: CodecoAppStatus;
}

export const CodecoAppResource = defineResource<CodecoApp>(
  GROUP,
  VERSION,
  'CodecoApp',
  'codecoapps',
  'Namespaced',
);
export const CODECO_APP = { apiVersion: API_VERSION, kind: 'CodecoApp' } as const;

/** Every workload, Service and work of an app carries it, so that old scripts find them. */
export const APPLICATION_GROUP_LABEL = 'application-group';
