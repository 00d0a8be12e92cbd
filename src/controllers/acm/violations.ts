import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp, CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionDraft } from '../../api/conditions.ts';
import { DurationError } from '../../api/duration.ts';
import { QuantityError } from '../../api/quantity.ts';
import { exclusionsOf, residencyByFlow } from '../../engine/model/eligibility.ts';
import { buildFederation } from '../../engine/model/federation.ts';
import type { Problem } from '../../engine/problem.ts';
import { PROBLEM_FORMAT, type Rule } from '../../engine/vocabulary.ts';
import { toApplication } from '../../snapshot/application.ts';
import { appStates } from '../../snapshot/appstate.ts';
import { candidatesOf } from '../../snapshot/candidates.ts';
import { placementClusters, setBindings } from '../../snapshot/clustersets.ts';
import { toDatasets } from '../../snapshot/datasets.ts';
import { toLocation } from '../../snapshot/location.ts';
import { policyRules } from '../../snapshot/policy.ts';
import { profileOf } from '../../snapshot/profile.ts';
import type { FederationFacts } from './federationfacts.ts';

/** A service that runs where it would not be placed today. */
export interface Violation {
  service: string;
  /** Empty where it is about the whole application. */
  cluster: string;
  rule: string;
  message: string;
}

/** The model itself, which was valid once, breaks a rule of today. */
export function modelViolation({ message }: ConditionDraft): Violation {
  return {
    service: '',
    cluster: '',
    rule: 'ModelValid',
    message: `the model that runs is refused now: ${message}`,
  };
}

/** Rules that a policy, a class or a label can break after the fact. Room and delay are the scheduler's matter. */
const STANDING: ReadonlySet<Rule> = new Set<Rule>([
  'Candidate',
  'Selector',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
]);

/**
 * Where what was decided breaks a rule of today, by the same functions that the scheduler asks. Clusters that
 * are gone are left out: nothing runs there. In order of service and cluster.
 */
export function violationsOf(
  app: CodecoApp,
  spec: CodecoAppSpec,
  plan: AssignmentPlan,
  classified: { security: boolean; compliance: boolean },
  federation: FederationFacts,
): Violation[] {
  const { namespace = '', name } = app.metadata;
  const assignments = plan.spec.decision?.assignments ?? [];
  const used = new Set(assignments.map(({ cluster }) => cluster));
  const clusters = federation.managedClusters.filter(({ metadata }) => used.has(metadata.name));
  if (clusters.length === 0) return [];
  const policy = policyRules(federation, namespace);
  const candidates = candidatesOf({
    namespace,
    spec,
    clusters,
    setsOf: federation.setsOf,
    boundSets: setBindings(federation.setBindings, namespace),
    policy,
    placement: placementClusters(federation.placementDecisions, namespace, spec.placementRef?.name),
    runsOn: used,
  });
  const problem = narrowProblem();
  if (problem === undefined) return [];
  const model = buildFederation(problem);
  const [application] = problem.applications;
  const residency = residencyByFlow(problem, application!);
  const found = application!.services.flatMap((service) =>
    problem.locations.flatMap((location, at): Violation[] => {
      if (!assignments.some((each) => each.service === service.id && each.cluster === location.id)) return [];
      return exclusionsOf(problem, model, application!, service, residency.get(service.id), at)
        .filter(({ rule }) => STANDING.has(rule))
        .map(({ rule, message }) => ({ service: service.id, cluster: location.id, rule, message }));
    }),
  );
  if (policy.crossing) return found;
  const torn = (plan.spec.decision?.channels ?? [])
    .filter(({ fromCluster, toCluster }) => fromCluster !== toCluster)
    .map(({ channel, from, fromCluster, toCluster }) => ({
      service: from,
      cluster: fromCluster,
      rule: 'Connectivity',
      message: `channel ${channel} crosses to ${toCluster}, and no FederationPolicy vouches for a connection any more`,
    }));
  return [...found, ...torn];

  /** This application and the clusters that it uses, with no room, no links and no prices: they are not asked. */
  function narrowProblem(): Problem | undefined {
    const revision = {
      namespace,
      name: plan.spec.decision?.revision ?? '',
      app: name,
      generation: app.status?.acceptedGeneration ?? 0,
      spec,
    };
    const states = appStates({ apps: [app], revisions: [revision], plans: [plan] });
    const [state] = states.values();
    const ids = new Set(federation.managedClusters.map(({ metadata }) => metadata.name));
    try {
      const { application } = toApplication(state!, spec, {
        candidates,
        profile: profileOf([], undefined).weights,
        crossing: policy.crossing,
        classified,
        locations: ids,
        otherApp: () => undefined,
      });
      return {
        format: PROBLEM_FORMAT,
        locations: clusters.map((cluster) =>
          toLocation(cluster, federation.facts.get(cluster.metadata.name) ?? {}, {}, undefined),
        ),
        nodes: [],
        links: [],
        // Freshness is not asked here: only residency is.
        datasets: toDatasets({ datasets: federation.datasets, now: 0 }, [application], used),
        applications: [application],
        fixed: [],
      };
    } catch (error) {
      // A value that nobody can read is the scheduler's to tell.
      if (error instanceof QuantityError || error instanceof DurationError) return undefined;
      throw error;
    }
  }
}
