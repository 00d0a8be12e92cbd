import type { z } from 'zod';
import * as assignmentPlan from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import * as capability from '../../src/api/codeco/v1alpha1/clustercapability.ts';
import * as telemetry from '../../src/api/codeco/v1alpha1/clustertelemetry.ts';
import * as app from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import * as dataReport from '../../src/api/codeco/v1alpha1/datareport.ts';
import * as dataset from '../../src/api/codeco/v1alpha1/dataset.ts';
import * as policy from '../../src/api/codeco/v1alpha1/federationpolicy.ts';
import * as topology from '../../src/api/codeco/v1alpha1/networktopology.ts';
import * as profile from '../../src/api/codeco/v1alpha1/performanceprofile.ts';
import * as whatIf from '../../src/api/codeco/v1alpha1/whatif.ts';
import {
  AppliedManifestWorkResource,
  AppliedManifestWorkSpec,
  AppliedManifestWorkStatus,
} from '../../src/api/ocm/appliedmanifestwork.ts';
import { ClusterClaimResource, ClusterClaimSpec } from '../../src/api/ocm/clusterclaim.ts';
import {
  ManagedClusterResource,
  ManagedClusterSpec,
  ManagedClusterStatus,
} from '../../src/api/ocm/managedcluster.ts';
import {
  ManagedClusterSetResource,
  ManagedClusterSetSpec,
  ManagedClusterSetStatus,
} from '../../src/api/ocm/managedclusterset.ts';
import {
  ManagedClusterSetBindingResource,
  ManagedClusterSetBindingSpec,
  ManagedClusterSetBindingStatus,
} from '../../src/api/ocm/managedclustersetbinding.ts';
import {
  ManifestWorkResource,
  ManifestWorkSpec,
  ManifestWorkStatus,
} from '../../src/api/ocm/manifestwork.ts';
import { PlacementResource, PlacementSpec, PlacementStatus } from '../../src/api/ocm/placement.ts';
import { PlacementDecisionResource, PlacementDecisionStatus } from '../../src/api/ocm/placementdecision.ts';
import type { Resource } from '../../src/api/resource.ts';

export interface Column {
  name: string;
  jsonPath: string;
  type?: 'string' | 'integer' | 'date' | 'number';
  /** 1: only with `-o wide`. */
  priority?: number;
}

/** What the CRD of a kind says beyond its schema. */
export interface Kind {
  resource: Resource;
  /** Folder under crds/. */
  folder: '' | 'ocm/hub' | 'ocm/managed';
  description: string;
  spec?: z.ZodType;
  /** An object without spec is accepted, as upstream's definition of the kind has it. */
  specOptional?: boolean;
  /** Left out: the kind has none. */
  status?: z.ZodType;
  shortNames?: string[];
  columns?: Column[];
  /** What one object can tell beyond its types. No rule reaches into a podspec. */
  rules?: Rule[];
}

/** A rule in CEL. */
export interface Rule {
  /** The value that is `self`, as a path from spec; `[]` stands for every entry of a list. Left out: spec. */
  at?: string;
  rule: string;
  message: string;
}

const ready = (name: string, type: string): Column => ({
  name,
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});
const age: Column = { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' };
const SETTINGS = 'codecoapp-msspec[].serviceChannels[].advancedChannelSettings';
const notYet = 'This version accepts and stores it; no controller answers it yet.';
const stored: Column = { name: 'State', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' };

export const KINDS: readonly Kind[] = [
  {
    resource: app.CodecoAppResource,
    folder: '',
    description:
      'An application as a graph of microservices with compute, network and data needs (CODECO Application Model).',
    spec: app.CodecoAppSpec,
    status: app.CodecoAppStatus,
    shortNames: ['capp'],
    columns: [
      ready('Ready', 'Ready'),
      { name: 'Services', jsonPath: '.status.summary.services' },
      { name: 'Clusters', jsonPath: '.status.summary.clusters', type: 'integer' },
      { name: 'Profile', jsonPath: '.status.summary.profile' },
      { name: 'Edges', jsonPath: '.status.summary.edges' },
      { name: 'Gap', jsonPath: '.status.summary.gap' },
      age,
      { name: 'Status', jsonPath: '.status.status', priority: 1 },
      { name: 'Message', jsonPath: '.status.errorMsg', priority: 1 },
    ],
    rules: [
      {
        at: 'entryPoints[]',
        rule: 'has(self.region) != has(self.cluster)',
        message: 'an entry point names either a region or a cluster',
      },
      {
        at: SETTINGS,
        rule: `!has(self.bandwidth) || !has(self.minBandwidth) || (isQuantity(self.bandwidth) && isQuantity(self.minBandwidth) ? quantity(self.bandwidth).compareTo(quantity(self.minBandwidth)) == 0 : self.bandwidth == self.minBandwidth)`,
        message: 'bandwidth and minBandwidth are two names of one field and must agree; leave one out',
      },
      ...['bandwidth', 'minBandwidth'].map((field) => ({
        at: `${SETTINGS}.${field}`,
        rule: `!self.startsWith('-')`,
        message: 'must not be negative',
      })),
      {
        at: 'codecoapp-msspec[].placement.clusterSelector.matchExpressions[]',
        rule: `self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0`,
        message: 'In and NotIn need values; Exists and DoesNotExist take none',
      },
    ],
  },
  {
    resource: assignmentPlan.AssignmentPlanResource,
    folder: '',
    description: 'The placement decision about one CodecoApp, and the last attempt at one, with evidence.',
    spec: assignmentPlan.AssignmentPlanSpec,
    status: assignmentPlan.AssignmentPlanStatus,
    shortNames: ['plan', 'ap'],
    columns: [
      { name: 'Verdict', jsonPath: '.spec.attempt.verdict' },
      { name: 'Decision', jsonPath: '.spec.decision.id' },
      { name: 'Phase', jsonPath: '.status.phase' },
      { name: 'Profile', jsonPath: '.spec.decision.evidence.profile' },
      { name: 'Proof', jsonPath: '.spec.decision.evidence.proof' },
      age,
      { name: 'Reason', jsonPath: '.spec.attempt.reason', priority: 1 },
    ],
  },
  {
    resource: capability.ClusterCapabilityResource,
    folder: '',
    description:
      'Facts about clusters, stated by an administrator: zone, jurisdiction, classes, prices, power, grid, availability.',
    spec: capability.ClusterCapabilitySpec,
    status: capability.ClusterCapabilityStatus,
    shortNames: ['ccap'],
    columns: [
      { name: 'Zone', jsonPath: '.spec.zone' },
      { name: 'Region', jsonPath: '.spec.region' },
      { name: 'Jurisdiction', jsonPath: '.spec.jurisdiction' },
      { name: 'Security', jsonPath: '.spec.securityClass' },
      { name: 'gCO2e/kWh', jsonPath: '.spec.grid.gramsPerKWh', type: 'number' },
      { name: 'Clusters', jsonPath: '.status.matched', type: 'integer' },
      { name: 'Conflict', jsonPath: '.status.conditions[?(@.type=="Conflict")].status' },
      age,
    ],
  },
  {
    resource: profile.PerformanceProfileResource,
    folder: '',
    description: 'Objective weights behind a name that applications refer to.',
    spec: profile.PerformanceProfileSpec,
    status: profile.PerformanceProfileStatus,
    shortNames: ['pprofile'],
    columns: ['cost', 'carbon', 'delay', 'resilience']
      .map((term): Column => ({ name: term, jsonPath: `.spec.weights.${term}`, type: 'number' }))
      .concat(age),
  },
  {
    resource: policy.FederationPolicyResource,
    folder: '',
    description:
      'Which namespaces may use which clusters, and how. Several on a namespace: the strictest of each rule.',
    spec: policy.FederationPolicySpec,
    status: policy.FederationPolicyStatus,
    shortNames: ['fpol'],
    columns: [
      { name: 'Connectivity', jsonPath: '.spec.connectivity' },
      { name: 'PodSecurity', jsonPath: '.spec.podSecurity' },
      { name: 'OnViolation', jsonPath: '.spec.onViolation' },
      { name: 'Namespaces', jsonPath: '.status.namespaces.selected', type: 'integer' },
      { name: 'Overruled', jsonPath: '.status.conditions[?(@.type=="Overruled")].status' },
      age,
    ],
  },
  {
    resource: telemetry.ClusterTelemetryResource,
    folder: '',
    description:
      'Capacity, use and health of a managed cluster as it sees itself, in its namespace on the hub.',
    spec: telemetry.ClusterTelemetrySpec,
    status: telemetry.ClusterTelemetryStatus,
    shortNames: ['ctel'],
    columns: [
      { name: 'CPU', jsonPath: '.spec.allocatable.cpu' },
      { name: 'Memory', jsonPath: '.spec.allocatable.memory' },
      { name: 'Nodes', jsonPath: '.spec.nodes.ready', type: 'integer' },
      { name: 'Observed', jsonPath: '.spec.observedAt', type: 'date' },
    ],
  },
  {
    resource: topology.NetworkTopologyResource,
    folder: '',
    description: 'Links between clusters, measured by a cluster or declared by an administrator.',
    spec: topology.NetworkTopologySpec,
    status: topology.NetworkTopologyStatus,
    shortNames: ['topo'],
    columns: [age],
  },
  {
    resource: dataset.DatasetResource,
    folder: '',
    description:
      'A data set by name: owner, class, residency, replicas. Replicas are as declared: no controller looks for them yet.',
    spec: dataset.DatasetSpec,
    status: dataset.DatasetStatus,
    columns: [
      { name: 'Owner', jsonPath: '.spec.owner' },
      { name: 'Residency', jsonPath: '.spec.residency' },
      age,
    ],
  },
  {
    resource: dataReport.DataReportResource,
    folder: '',
    description: `Data sets found on a managed cluster. ${notYet}`,
    spec: dataReport.DataReportSpec,
    status: dataReport.DataReportStatus,
    columns: [stored, age],
  },
  {
    resource: whatIf.WhatIfResource,
    folder: '',
    description: `A question about placement, answered as a diff. ${notYet}`,
    spec: whatIf.WhatIfSpec,
    status: whatIf.WhatIfStatus,
    columns: [stored, age],
  },
  ocm('ocm/hub', {
    resource: ManagedClusterResource,
    spec: ManagedClusterSpec,
    status: ManagedClusterStatus,
    columns: [
      { name: 'Accepted', jsonPath: '.spec.hubAcceptsClient' },
      ready('Joined', 'ManagedClusterJoined'),
      ready('Available', 'ManagedClusterConditionAvailable'),
      age,
    ],
  }),
  ocm('ocm/hub', {
    resource: ManagedClusterSetResource,
    spec: ManagedClusterSetSpec,
    status: ManagedClusterSetStatus,
    specOptional: true,
  }),
  ocm('ocm/hub', {
    resource: ManagedClusterSetBindingResource,
    spec: ManagedClusterSetBindingSpec,
    status: ManagedClusterSetBindingStatus,
  }),
  ocm('ocm/hub', {
    resource: PlacementResource,
    spec: PlacementSpec,
    status: PlacementStatus,
    columns: [
      ready('Succeeded', 'PlacementSatisfied'),
      { name: 'SelectedClusters', jsonPath: '.status.numberOfSelectedClusters', type: 'integer' },
    ],
  }),
  ocm('ocm/hub', { resource: PlacementDecisionResource, status: PlacementDecisionStatus }),
  ocm('ocm/hub', { resource: ManifestWorkResource, spec: ManifestWorkSpec, status: ManifestWorkStatus }),
  ocm('ocm/managed', {
    resource: AppliedManifestWorkResource,
    spec: AppliedManifestWorkSpec,
    status: AppliedManifestWorkStatus,
  }),
  ocm('ocm/managed', { resource: ClusterClaimResource, spec: ClusterClaimSpec, specOptional: true }),
];

/** The part of one of OCM's kinds that the suite uses, for hubs on which OCM is not installed. */
function ocm(folder: 'ocm/hub' | 'ocm/managed', kind: Omit<Kind, 'folder' | 'description'>): Kind {
  const { resource } = kind;
  return {
    ...kind,
    folder,
    description: `The part of ${resource.kind} (Open Cluster Management) that the suite uses, for local federations without OCM.`,
  };
}
