import { DurationError } from '../api/duration.ts';
import { QuantityError } from '../api/quantity.ts';
import type { Paths } from '../engine/paths/paths.ts';
import type { Application, Link, Location, Problem, ResourceAmounts } from '../engine/problem.ts';
import type { Reason } from '../engine/result.ts';
import { PROBLEM_FORMAT } from '../engine/vocabulary.ts';
import { toApplication } from './application.ts';
import { type AppByName, appsByName } from './appnames.ts';
import { type AppState, heldReplicas } from './appstate.ts';
import { type Candidates, candidatesOf } from './candidates.ts';
import { type ClusterFacts, clusterFacts } from './capability.ts';
import { placementClusters, setBindings, setMembership } from './clustersets.ts';
import { tieChannels } from './crossapp.ts';
import { toDatasets } from './datasets.ts';
import { podDemand } from './demand.ts';
import { freeOf, heldByOthers } from './free.ts';
import { mergeLinks } from './links.ts';
import { toLocation } from './location.ts';
import { Losses } from './loss.ts';
import { neighboursOf } from './neighbours.ts';
import { sortedBy } from './order.ts';
import { policyRules } from './policy.ts';
import { profileOf } from './profile.ts';
import { lessReserved, pathsOf } from './reserved.ts';
import type { Snapshot } from './snapshot.ts';
import { standingChannels } from './standingchannels.ts';
import { clusterUse } from './telemetry.ts';
import { linkFacts } from './topology.ts';

/** A problem, and what the engine need not know about its applications. */
export interface BuiltProblem {
  /** Undefined when no application is left to ask about. */
  problem: Problem | undefined;
  about: Map<string, AboutApplication>;
  /** Apps that the engine is not asked about, with why: nowhere to go, or a model that cannot be read. */
  refused: Map<string, Reason[]>;
  /** Applications of the problem that stay where they are, each with the apps that its channels lead to. */
  neighbours: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface AboutApplication {
  /** Name of the profile in force. */
  profile: string;
  /** What was assumed or left out. */
  notes: string[];
}

/**
 * The picture as a placement problem. Only the apps in `pending` are placed; all others hold what they
 * hold, and appear as fixed where a channel ends in them, and as neighbours where theirs end in a pending one. Every ManagedCluster is a location, so that the
 * worst known price counts federation-wide; candidates narrow each application.
 */
export function buildProblem(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  pending: ReadonlySet<string>,
): BuiltProblem {
  const clusters = sortedBy(snapshot.managedClusters, ({ metadata }) => metadata.name);
  const ids = new Set(clusters.map(({ metadata }) => metadata.name));
  const setsOf = setMembership(snapshot.clusterSets, clusters);
  const facts = clusterFacts(snapshot.capabilities, clusters, setsOf);
  const built: BuiltProblem = {
    problem: undefined,
    about: new Map(),
    refused: new Map(),
    neighbours: new Map(),
  };

  const byName = appsByName(states);
  const losses = new Losses(snapshot);
  const federation = { clusters, ids, setsOf, facts, byName, losses };
  const translated = translate(snapshot, states, pending, federation, built);
  if (translated.length === 0) return built;
  const { applications, fixed, notes } = tieChannels(translated, states, ids);
  for (const [id, more] of notes) built.about.get(id)?.notes.push(...more);

  const solved = new Set(applications.map(({ id }) => id));
  const locations = locationsOf(snapshot, states, solved, clusters, facts);
  const { facts: links, nodes } = linkFacts(snapshot, ids);
  const merged = mergeLinks(links, new Set([...ids, ...nodes]));
  const network = networkOf(locations, nodes, merged);
  const channels = standingChannels(states, solved, byName, ids);
  const { neighbours, callees } = neighboursOf(channels, applications, states, network);
  built.neighbours = callees;
  built.problem = {
    format: PROBLEM_FORMAT,
    locations,
    nodes,
    links: lessReserved(merged, channels, states, solved, network),
    datasets: toDatasets(snapshot, applications, ids),
    applications: [...applications, ...neighbours],
    fixed,
  };
  return built;
}

/** Paths are found once, and only when a channel of an app with a place asks for them. */
function networkOf(locations: readonly Location[], nodes: readonly string[], links: readonly Link[]) {
  let found: Paths | undefined;
  return {
    paths: () => {
      found ??= pathsOf(locations, nodes, links);
      return found;
    },
    index: new Map(locations.map(({ id }, at) => [id, at])),
  };
}

interface Federation {
  byName: AppByName;
  losses: Losses;
  clusters: readonly Snapshot['managedClusters'][number][];
  ids: ReadonlySet<string>;
  setsOf: (cluster: string) => readonly string[];
  facts: ReadonlyMap<string, ClusterFacts>;
}

function translate(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  pending: ReadonlySet<string>,
  federation: Federation,
  built: BuiltProblem,
): Application[] {
  const { clusters, ids, setsOf, facts, losses } = federation;
  const classified = {
    security: [...facts.values()].some(({ securityClass }) => securityClass !== undefined),
    compliance: [...facts.values()].some(({ complianceClass }) => complianceClass !== undefined),
  };
  const namespaces = new Map(
    [
      ...Map.groupBy(
        [...pending].flatMap((id) => states.get(id) ?? []),
        ({ namespace }) => namespace,
      ).keys(),
    ].map((namespace) => [
      namespace,
      { policy: policyRules(snapshot, namespace), boundSets: setBindings(snapshot.setBindings, namespace) },
    ]),
  );
  const applications: Application[] = [];
  for (const id of [...pending].sort()) {
    const state = states.get(id);
    const rules = namespaces.get(state?.namespace ?? '');
    if (state?.accepted === undefined || rules === undefined) {
      built.refused.set(id, [reason(id, 'no accepted revision can be read')]);
      continue;
    }
    const { spec } = state.accepted;
    const candidates = candidatesOf({
      namespace: state.namespace,
      spec,
      clusters,
      setsOf,
      ...rules,
      placement: placementClusters(snapshot.placementDecisions, state.namespace, spec.placementRef?.name),
      lost: (cluster) => losses.why(cluster),
      runsOn: new Set([...heldReplicas(state).values()].flatMap((places) => [...places.keys()])),
    });
    if (candidates.names.length === 0) {
      built.refused.set(id, [reason(id, noCandidates(candidates))]);
      continue;
    }
    const profile = profileOf(snapshot.profiles, spec.performanceProfile);
    try {
      const { application, notes } = toApplication(state, spec, {
        candidates,
        profile: profile.weights,
        crossing: rules.policy.crossing,
        classified,
        locations: ids,
        otherApp: federation.byName,
      });
      applications.push(application);
      built.about.set(id, {
        profile: profile.name,
        notes: [...profile.notes, ...notes],
      });
    } catch (error) {
      if (!(error instanceof QuantityError || error instanceof DurationError)) throw error;
      built.refused.set(id, [reason(id, `the accepted model cannot be read: ${error.message}`)]);
    }
  }
  return applications;
}

function locationsOf(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  solved: ReadonlySet<string>,
  clusters: Federation['clusters'],
  facts: Federation['facts'],
): Location[] {
  const held = heldByOthers(states.values(), solved);
  const own = ownShapes(states, solved);
  return clusters.map((cluster) => {
    const name = cluster.metadata.name;
    const known = facts.get(name) ?? {};
    const { use, shapes } = clusterUse(snapshot, cluster, known);
    const free = freeOf(use, held.get(name) ?? new Map(), solved);
    // What runs there fits there, whatever is the largest thing that would fit beside it.
    return toLocation(cluster, known, free, shapes && [...shapes, ...(own.get(name) ?? [])]);
  });
}

/** What one replica of each service that is solved again needs, at the places where it runs. */
function ownShapes(
  states: ReadonlyMap<string, AppState>,
  solved: ReadonlySet<string>,
): Map<string, ResourceAmounts[]> {
  const shapes = new Map<string, ResourceAmounts[]>();
  for (const id of [...solved].sort()) {
    const state = states.get(id);
    if (state?.decided === undefined) continue;
    const held = heldReplicas(state);
    for (const { serviceName, podspec } of state.decided.spec['codecoapp-msspec']) {
      for (const cluster of held.get(serviceName)?.keys() ?? []) {
        shapes.set(cluster, [...(shapes.get(cluster) ?? []), podDemand(podspec)]);
      }
    }
  }
  return shapes;
}

function reason(application: string, message: string): Reason {
  return { rule: 'Candidate', application, message };
}

/** `no cluster is a candidate: 3 not in a bound set (a, b, c); 1 not available (d)`. */
function noCandidates({ excluded }: Candidates): string {
  const byReason = Map.groupBy(Object.keys(excluded).sort(), (cluster) => excluded[cluster] ?? '');
  if (byReason.size === 0)
    return 'no cluster is a candidate: the hub has no ManagedCluster (kubectl get managedclusters)';
  const parts = [...byReason].slice(0, 6).map(([why, names]) => {
    const shown =
      names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return `${shown}: ${why}`;
  });
  return `no cluster is a candidate. ${parts.join('; ')}`;
}
