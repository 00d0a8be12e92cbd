import { selects } from './labelselector.ts';
import { type MoveRules, strictestMoves } from './moverules.ts';
import { sortedBy } from './order.ts';
import type { Snapshot } from './snapshot.ts';

/** What the FederationPolicies of a namespace say together: the strictest of each rule. */
export interface PolicyRules {
  /** Sets that a policy grants beside those that are bound. */
  grantedSets: ReadonlySet<string>;
  /** Why a cluster may not be used, or undefined where nothing forbids it. */
  denied: (cluster: string, sets: readonly string[]) => string | undefined;
  /** Whether a channel may run between two clusters. */
  crossing: boolean;
  /** Pod Security level that Pods must keep. */
  podSecurity: PodSecurityLevel;
  /** ServiceAccounts that Pods may name, beside none. */
  serviceAccounts: ReadonlySet<string>;
  /** Applications may not run in the namespace: names of the policies that say so. */
  closedBy: readonly string[];
  /** Pods are reached by the channels of their application only. */
  isolated: boolean;
  /** What breaks a rule now, though it did not when it was placed, is moved. */
  moveOnViolation: boolean;
  /** Policies that let an app without room displace running ones of a lower class; empty: it may not. */
  preemption: readonly string[];
  /** Limits of every move but those that the loss of a cluster forces. */
  moves: MoveRules;
  /** Apps that run are moved to better places, within `moves`. */
  moveForGain: boolean;
}

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';
/** From the laxest to the strictest. */
export const LEVELS: readonly PodSecurityLevel[] = ['privileged', 'baseline', 'restricted'];
const DEFAULT_LEVEL: PodSecurityLevel = 'baseline';

/**
 * Without a policy nothing is granted, nothing denied, and no channel may cross clusters: an application
 * is not torn apart over a network that nobody has vouched for. Of several policies the least connectivity
 * that one states counts, every grant adds, and every denial wins over every grant. Apps are moved or
 * displaced only where a policy says so and none says otherwise.
 */
export function policyRules(
  snapshot: Pick<Snapshot, 'policies' | 'namespaces'>,
  namespace: string,
): PolicyRules {
  const labels =
    snapshot.namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels ?? {};
  const policies = sortedBy(
    snapshot.policies.filter(({ spec }) => concerns(spec.namespaces, namespace, labels)),
    ({ metadata }) => metadata.name,
  );
  const connectivity = policies.flatMap(({ spec }) => spec.connectivity ?? []);
  const onViolation = policies.flatMap(({ spec }) => spec.onViolation ?? []);
  const preemption = policies.flatMap(({ spec }) => spec.preemption ?? []);
  const moves = policies.flatMap(({ spec }) => spec.moves ?? []);
  return {
    grantedSets: new Set(policies.flatMap(({ spec }) => spec.clusterSets ?? [])),
    denied: (cluster, sets) => {
      for (const { metadata, spec } of policies) {
        if (spec.deny?.clusters?.includes(cluster)) return `denied by FederationPolicy ${metadata.name}`;
        const set = spec.deny?.clusterSets?.find((each) => sets.includes(each));
        if (set !== undefined) return `cluster set ${set} is denied by FederationPolicy ${metadata.name}`;
      }
      return undefined;
    },
    crossing: connectivity.length > 0 && !connectivity.includes('None'),
    podSecurity: strictest(policies.flatMap(({ spec }) => spec.podSecurity ?? [])),
    serviceAccounts: inAll(policies.map(({ spec }) => spec.serviceAccounts ?? [])),
    closedBy: policies
      .filter(({ spec }) => spec.denyNamespaces?.includes(namespace))
      .map(({ metadata }) => metadata.name),
    isolated: policies.some(({ spec }) => spec.isolation === 'Channels'),
    moveOnViolation: onViolation.length > 0 && !onViolation.includes('Report'),
    preemption: preemption.includes('None')
      ? []
      : policies.filter(({ spec }) => spec.preemption !== undefined).map(({ metadata }) => metadata.name),
    moves: strictestMoves(moves),
    moveForGain: moves.length > 0,
  };
}

function strictest(levels: readonly PodSecurityLevel[]): PodSecurityLevel {
  if (levels.length === 0) return DEFAULT_LEVEL;
  return levels.reduce((a, b) => (LEVELS.indexOf(a) >= LEVELS.indexOf(b) ? a : b));
}

/** What every policy allows. */
function inAll(lists: readonly (readonly string[])[]): ReadonlySet<string> {
  return new Set((lists[0] ?? []).filter((name) => lists.every((list) => list.includes(name))));
}

/** Both parts of the selector must hold; a part, or a selector, that is left out takes every namespace. */
export function concerns(
  selector: Snapshot['policies'][number]['spec']['namespaces'],
  namespace: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  const { names, matchLabels } = selector ?? {};
  return (names === undefined || names.includes(namespace)) && selects({ matchLabels }, labels);
}
