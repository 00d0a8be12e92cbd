import type { AssignmentPlan, RunningAssignment } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { DECISION_ANNOTATION } from '../../api/labels.ts';
import { type WorkloadState, workloadsOf } from '../../work/feedback.ts';
import type { AppIdentity } from '../../work/names.ts';
import { workloadName } from '../../work/render/deployment.ts';
import type { WorkState } from '../../work/workstate.ts';

/** One service on one cluster, wanted or found. */
export interface PlaceState {
  service: string;
  cluster: string;
  /** As decided; 0 where it only still runs. */
  wanted: number;
  /** Undefined until the cluster has reported. */
  state: WorkloadState | undefined;
  /** Id of the decision whose manifests the cluster holds. */
  decision: string;
}

/** Lays what runs over what was decided: every place that is wanted or still there, sorted. */
export function placesOf(
  app: AppIdentity,
  spec: CodecoAppSpec,
  decision: AssignmentPlan['spec']['decision'],
  works: readonly WorkState[],
): PlaceState[] {
  const services = new Map(
    spec['codecoapp-msspec'].map(({ serviceName }) => [workloadName(app, spec, serviceName), serviceName]),
  );
  const places = new Map<string, PlaceState>();
  for (const { service, cluster, replicas } of decision?.assignments ?? []) {
    places.set(`${service}\n${cluster}`, {
      service,
      cluster,
      wanted: replicas,
      state: undefined,
      decision: '',
    });
  }
  for (const work of works) {
    const cluster = work.metadata.namespace ?? '';
    const made = work.metadata.annotations?.[DECISION_ANNOTATION] ?? '';
    for (const state of workloadsOf(work)) {
      const service = services.get(state.name);
      if (service === undefined) continue;
      const key = `${service}\n${cluster}`;
      const place = places.get(key) ?? { service, cluster, wanted: 0, state: undefined, decision: '' };
      places.set(key, { ...place, state, decision: made });
    }
  }
  return [...places.values()].sort((a, b) => compare(a.service, b.service) || compare(a.cluster, b.cluster));
}

/** What the plan's status says runs: SWM's running placement. */
export function runningOf(places: readonly PlaceState[]): RunningAssignment[] {
  return places.flatMap(({ service, cluster, state, decision }) =>
    state ? [{ service, cluster, decision, replicas: state.desired, ready: state.serving }] : [],
  );
}

export function isReady({ wanted, state }: PlaceState): boolean {
  return state?.current === true && state.desired === wanted && state.ready >= wanted;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
