import type { AssignmentPlan } from '../api/codeco/v1alpha1/assignmentplan.ts';
import type { ClusterCapability } from '../api/codeco/v1alpha1/clustercapability.ts';
import type { ClusterTelemetry } from '../api/codeco/v1alpha1/clustertelemetry.ts';
import type { CodecoApp } from '../api/codeco/v1alpha1/codecoapp.ts';
import type { Dataset } from '../api/codeco/v1alpha1/dataset.ts';
import type { FederationPolicy } from '../api/codeco/v1alpha1/federationpolicy.ts';
import type { NetworkTopology } from '../api/codeco/v1alpha1/networktopology.ts';
import { BUILT_IN_PROFILES, type PerformanceProfile } from '../api/codeco/v1alpha1/performanceprofile.ts';
import type { Namespace } from '../api/core.ts';
import type { ManagedCluster } from '../api/ocm/managedcluster.ts';
import type { ManagedClusterSet } from '../api/ocm/managedclusterset.ts';
import type { ManagedClusterSetBinding } from '../api/ocm/managedclustersetbinding.ts';
import type { PlacementDecision } from '../api/ocm/placementdecision.ts';
import { appStates } from '../snapshot/appstate.ts';
import { buildProblem } from '../snapshot/problem.ts';
import type { AppRevision } from '../snapshot/revision.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { PlacementInput } from './placementinput.ts';
import { unknownProfile } from './profiles.ts';
import { InputError } from './streams.ts';

/** Where links count as declared by an administrator: what SWM takes without a flag. */
const TOPOLOGY_NAMESPACE = 'codeco-system';
/** What kubectl takes where an object names none. */
const DEFAULT_NAMESPACE = 'default';

/**
 * Objects as kubectl would apply them (or `kubectl get -o yaml` shows them), as a placement problem: what SWM
 * would make of the same objects on a hub that holds nothing else, with every application accepted.
 *
 * @throws InputError when no application or no cluster is among them, or for an unknown profile
 */
export function problemOfObjects(objects: readonly unknown[], profile: string | undefined): PlacementInput {
  const of = <T>(kind: string) =>
    objects.filter((object) => (object as { kind?: unknown } | null)?.kind === kind) as T[];
  const apps = of<CodecoApp>('CodecoApp').map((app) => accepted(app, profile));
  if (apps.length === 0)
    throw new InputError('there is neither a CodecoApp nor a placement problem in the files');
  const managedClusters = of<ManagedCluster>('ManagedCluster');
  if (managedClusters.length === 0)
    throw new InputError(
      'there is no ManagedCluster in the files. From a hub: kubectl get managedclusters,managedclustersets -o yaml',
    );
  const profiles = of<PerformanceProfile>('PerformanceProfile');
  const names = [...Object.keys(BUILT_IN_PROFILES), ...profiles.map(({ metadata }) => metadata.name)];
  if (profile !== undefined && !names.includes(profile)) throw new InputError(unknownProfile(profile, names));
  const snapshot: Snapshot = {
    now: Date.now(),
    topologyNamespaces: [TOPOLOGY_NAMESPACE],
    namespaces: of<Namespace>('Namespace'),
    apps: apps.map(({ head }) => head),
    revisions: apps.map(({ revision }) => revision),
    plans: of<AssignmentPlan>('AssignmentPlan'),
    managedClusters,
    clusterSets: of<ManagedClusterSet>('ManagedClusterSet'),
    setBindings: of<ManagedClusterSetBinding>('ManagedClusterSetBinding'),
    placementDecisions: of<PlacementDecision>('PlacementDecision'),
    capabilities: of<ClusterCapability>('ClusterCapability'),
    telemetry: of<ClusterTelemetry>('ClusterTelemetry'),
    topologies: of<NetworkTopology>('NetworkTopology'),
    datasets: of<Dataset>('Dataset'),
    profiles,
    policies: of<FederationPolicy>('FederationPolicy'),
  };
  const states = appStates(snapshot);
  const built = buildProblem(snapshot, states, new Set(states.keys()));
  return {
    problem: built.problem,
    refused: built.refused,
    notes: new Map([...built.about].map(([id, { notes }]) => [id, notes])),
  };
}

/** The application as if ACM had accepted it just now. */
function accepted(
  app: CodecoApp,
  profile: string | undefined,
): { head: Snapshot['apps'][number]; revision: AppRevision } {
  const { name, namespace = DEFAULT_NAMESPACE } = app.metadata;
  const generation = app.metadata.generation ?? 1;
  const spec = profile === undefined ? app.spec : { ...app.spec, performanceProfile: profile };
  return {
    head: {
      metadata: { ...app.metadata, namespace },
      spec: {},
      status: { acceptedRevision: name, acceptedGeneration: generation },
    },
    revision: { namespace, name, app: name, generation, spec },
  };
}
