import type {
  FederationPolicy,
  FederationPolicySpec,
  FederationPolicyStatus,
} from '../../api/codeco/v1alpha1/federationpolicy.ts';
import { type ConditionDraft, mergeConditions } from '../../api/conditions.ts';
import { readAge } from '../../api/duration.ts';
import { nearest } from '../../api/nearest.ts';
import { concerns, LEVELS } from '../../snapshot/policy.ts';
import { firstOf } from './conditions/reportinput.ts';
import type { FederationFacts } from './federationfacts.ts';

/** Namespaces named in status. */
const SHOWN = 20;

/** Which namespaces a policy is about, what its grants amount to, and where a stricter policy overrules it. */
export function policyStatus(
  policy: FederationPolicy,
  federation: FederationFacts,
  now: string,
): FederationPolicyStatus {
  const { generation = 1 } = policy.metadata;
  const selected = namespacesOf(policy, federation);
  const sets = new Set(federation.clusterSets.map(({ metadata }) => metadata.name));
  const granted = [...new Set(policy.spec.clusterSets ?? [])].sort();
  const drafts = [setsCondition(policy.spec, sets), overruledCondition(policy, federation)];
  return {
    observedGeneration: generation,
    namespaces: { selected: selected.length, names: selected.slice(0, SHOWN) },
    clusterSets: granted
      .filter((set) => sets.has(set))
      .map((name) => ({ name, clusters: usableIn(name, policy.spec, federation) })),
    conditions: mergeConditions(policy.status?.conditions, drafts, generation, now),
  };
}

function namespacesOf(policy: FederationPolicy, { namespaces }: FederationFacts): string[] {
  return namespaces
    .filter(({ metadata }) => concerns(policy.spec.namespaces, metadata.name, metadata.labels ?? {}))
    .map(({ metadata }) => metadata.name)
    .sort();
}

function usableIn(
  set: string,
  { deny }: FederationPolicySpec,
  { managedClusters, setsOf }: FederationFacts,
): number {
  return managedClusters.filter(({ metadata: { name } }) => {
    const own = setsOf(name);
    const denied = deny?.clusters?.includes(name) || deny?.clusterSets?.some((each) => own.includes(each));
    return own.includes(set) && !denied;
  }).length;
}

function setsCondition(
  { clusterSets = [], deny }: FederationPolicySpec,
  sets: ReadonlySet<string>,
): ConditionDraft {
  const type = 'SetsExist';
  const missing = [...new Set([...clusterSets, ...(deny?.clusterSets ?? [])])]
    .filter((set) => !sets.has(set))
    .sort();
  if (missing.length === 0)
    return {
      type,
      status: 'True',
      reason: 'AllSetsExist',
      message: 'every cluster set that it names exists',
    };
  const words = missing.map((set) => {
    const near = nearest(set, [...sets].sort());
    return `cluster set ${set} does not exist${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
  return {
    type,
    status: 'False',
    reason: 'SetNotFound',
    message: `${firstOf(words)}. Next: kubectl get managedclustersets`,
  };
}

/** Of several policies on a namespace the strictest of each rule counts: says which of its own does not. */
function overruledCondition(policy: FederationPolicy, federation: FederationFacts): ConditionDraft {
  const type = 'Overruled';
  const own = new Set(namespacesOf(policy, federation));
  const words = [...federation.policies]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .filter(({ metadata }) => metadata.name !== policy.metadata.name)
    .flatMap((other) => {
      const shared = namespacesOf(other, federation).filter((namespace) => own.has(namespace));
      if (shared.length === 0) return [];
      const more = shared.length > 1 ? ` and ${shared.length - 1} more` : '';
      return stricterRules(policy.spec, other.spec).map(
        (rule) => `${rule} (FederationPolicy ${other.metadata.name}, namespace ${shared[0]}${more})`,
      );
    });
  if (words.length === 0)
    return { type, status: 'False', reason: 'AppliesAsWritten', message: 'no other policy is stricter' };
  return { type, status: 'True', reason: 'StricterPolicy', message: firstOf(words) };
}

/** `connectivity Assumed gives way to None`, for each rule where `other` is the stricter one. */
function stricterRules(own: FederationPolicySpec, other: FederationPolicySpec): string[] {
  const rules: string[] = [];
  const yields = (rule: string, mine: unknown, theirs: unknown, stricter: boolean) => {
    if (mine !== undefined && theirs !== undefined && stricter)
      rules.push(`${rule} ${String(mine)} gives way to ${String(theirs)}`);
  };
  const differs = (mine: unknown, theirs: unknown, strictest: unknown) =>
    mine !== strictest && theirs === strictest;
  const { moves: my = {} } = own;
  const { moves: their = {} } = other;
  yields(
    'connectivity',
    own.connectivity,
    other.connectivity,
    differs(own.connectivity, other.connectivity, 'None'),
  );
  yields('podSecurity', own.podSecurity, other.podSecurity, levelOf(other) > levelOf(own));
  yields(
    'onViolation',
    own.onViolation,
    other.onViolation,
    differs(own.onViolation, other.onViolation, 'Report'),
  );
  yields('preemption', own.preemption, other.preemption, differs(own.preemption, other.preemption, 'None'));
  yields('isolation', own.isolation, other.isolation, differs(own.isolation, other.isolation, 'Channels'));
  yields('moves.budget', my.budget, their.budget, (their.budget ?? 0) < (my.budget ?? 0));
  yields('moves.leastGain', my.leastGain, their.leastGain, (their.leastGain ?? 0) > (my.leastGain ?? 0));
  yields('moves.cooldown', my.cooldown, their.cooldown, seconds(their.cooldown) > seconds(my.cooldown));
  const accounts = (own.serviceAccounts ?? []).filter((name) => !other.serviceAccounts?.includes(name));
  if (accounts.length > 0) rules.push(`serviceAccounts ${accounts.join(', ')} are not allowed by all`);
  const denied = (own.clusterSets ?? []).filter((set) => other.deny?.clusterSets?.includes(set));
  if (denied.length > 0) rules.push(`clusterSets ${denied.join(', ')} are denied`);
  return rules;
}

function levelOf({ podSecurity }: FederationPolicySpec): number {
  return podSecurity === undefined ? -1 : LEVELS.indexOf(podSecurity);
}

function seconds(age: string | undefined): number {
  const reading = readAge(age ?? '');
  return 'seconds' in reading ? reading.seconds : 0;
}
