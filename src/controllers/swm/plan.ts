import type {
  Assignment,
  AssignmentPlanSpec,
  Attempt,
  Decision,
  EnergyEstimate,
  Evidence,
  PlannedChannel,
} from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { canonicalJson, hashOf } from '../../api/hash.ts';
import type { Application } from '../../engine/problem.ts';
import type { ApplicationResult, Reason, Result } from '../../engine/result.ts';
import { TERMS } from '../../engine/vocabulary.ts';
import { compareText, sortedBy } from '../../snapshot/order.ts';
import { shortenedEvidence } from './evidence.ts';
import { type Failure, failedReason } from './failedreason.ts';

/** What a round says about one app, ready to be written. */
export interface PlanInput {
  application: Application;
  /** Name of the accepted ControllerRevision, and the generation it was taken from. */
  revision: string;
  generation: number;
  cause: string;
  profile: string;
  notes: readonly string[];
  inputHash: string;
  energy?: EnergyEstimate;
}

/** The app that an attempt is about, and the model that it was made of. */
export type AttemptInput = Pick<PlanInput, 'revision' | 'generation'> & { namespace: string; name: string };

/** A placed app: the decision and the attempt that made it. */
export function placedSpec(input: PlanInput, result: ApplicationResult, round: Result): AssignmentPlanSpec {
  const assignments = assignmentsOf(result);
  const decision: Decision = {
    id: decisionId(input.revision, assignments),
    revision: input.revision,
    cause: input.cause,
    assignments,
    channels: plannedChannels(input.application, result),
    evidence: evidenceOf(input, result, round),
  };
  const attempt: Attempt = {
    generation: input.generation,
    revision: input.revision,
    verdict: 'Placed',
    reason: placedReason(assignments, result),
  };
  return { decision: { ...decision, evidence: shortenedEvidence(decision) }, attempt };
}

/** A failed attempt beside the decision that stands. */
export function failedSpec(
  input: AttemptInput,
  result: Failure,
  standing: Decision | undefined,
): AssignmentPlanSpec {
  const conflict = result.conflict.slice(0, 32).map(plannedReason);
  const relaxations = result.relaxations
    .slice(0, 8)
    .map(({ message, verified }) => ({ message: cut(message, 512), verified }));
  const attempt: Attempt = {
    generation: input.generation,
    revision: input.revision,
    verdict: failureVerdict(result.verdict),
    reason: failedReason(result, input),
    ...(conflict.length > 0 ? { conflict } : {}),
    ...(relaxations.length > 0 ? { relaxations } : {}),
  };
  return { ...(standing ? { decision: standing } : {}), attempt };
}

/** The decision stands, made of the very revision that is accepted again. */
export function confirmedSpec(
  input: Pick<PlanInput, 'revision' | 'generation'>,
  standing: Decision,
): AssignmentPlanSpec {
  return {
    decision: standing,
    attempt: {
      generation: input.generation,
      revision: input.revision,
      verdict: 'Placed',
      reason: `${where(standing.assignments)}, as decided before`,
    },
  };
}

/** Equal decisions have equal ids: the same services at the same places, of the same revision. */
export function decisionId(revision: string, assignments: readonly Assignment[]): string {
  const places = assignments.map(({ service, cluster, replicas }) => [service, cluster, replicas]);
  return hashOf({ revision, assignments: sortedBy(places, (place) => canonicalJson(place)) }, 16);
}

/**
 * Whether `next` is worth a write: another decision, another generation, another verdict, another set of
 * rules in conflict, or fallback plans where none were looked for yet. Figures inside messages (free capacity, measured delay) move all the time and are no
 * reason, nor is evidence.
 */
export function planChanged(current: AssignmentPlanSpec | undefined, next: AssignmentPlanSpec): boolean {
  if (current === undefined) return true;
  const conflict = ({ attempt }: AssignmentPlanSpec) =>
    canonicalJson((attempt?.conflict ?? []).map(({ message: _, ...rules }) => rules));
  return (
    current.decision?.id !== next.decision?.id ||
    (current.decision?.fallbacks === undefined) !== (next.decision?.fallbacks === undefined) ||
    current.attempt?.generation !== next.attempt?.generation ||
    current.attempt?.revision !== next.attempt?.revision ||
    current.attempt?.verdict !== next.attempt?.verdict ||
    conflict(current) !== conflict(next)
  );
}

function assignmentsOf(result: ApplicationResult): Assignment[] {
  const assignments = result.services.flatMap(({ service, shares }) =>
    shares.map(({ location, replicas }) => ({ service, cluster: location, replicas })),
  );
  return assignments.sort((a, b) => compareText(a.service, b.service) || compareText(a.cluster, b.cluster));
}

function plannedChannels(application: Application, result: ApplicationResult): PlannedChannel[] {
  const channels = new Map(application.channels.map((channel) => [channel.id, channel]));
  const planned = result.channels.flatMap((placement): PlannedChannel[] => {
    const channel = channels.get(placement.channel);
    if (channel === undefined) return [];
    return [
      {
        channel: placement.channel,
        from: channel.from,
        to: channel.to.service,
        fromCluster: placement.from,
        toCluster: placement.to,
        serviceClass: channel.class,
        ...(placement.delayMs === undefined ? {} : { delayMilliseconds: placement.delayMs }),
        ...(placement.maxDelayMs === undefined ? {} : { maxDelayMilliseconds: placement.maxDelayMs }),
        ...(placement.bandwidthMbps === undefined ? {} : { bandwidthMbps: placement.bandwidthMbps }),
        ...(placement.assumed ? { assumed: true } : {}),
      },
    ];
  });
  return sortedBy(planned, ({ channel }) => channel);
}

const UNITS = {
  cost: 'USD/h',
  carbon: 'gCO2e/h',
  delay: 'ms',
  resilience: 'nats',
  balance: '1',
  migration: 'moves',
} as const;

function evidenceOf(input: PlanInput, result: ApplicationResult, round: Result): Evidence {
  const terms = TERMS.flatMap((term) => {
    const value = result.terms[term];
    if (value === undefined) return [];
    const normalised = result.normalised[term];
    return [{ term, unit: UNITS[term], value, ...(normalised === undefined ? {} : { normalised }) }];
  });
  const reasons = sortedBy(result.services, ({ service }) => service).map(
    ({ service, runnerUp, ruledOut }) => ({
      service,
      ...(runnerUp ? { next: runnerUp.location, nextObjective: runnerUp.objective } : {}),
      ruledOut: ruledOut.slice(0, 16).map(({ location = '', rule, message }) => ({
        cluster: location,
        rule,
        message: cut(message, 512),
      })),
    }),
  );
  const dropped = result.dropped.map((term) => `${term} is not weighed: nobody gives figures for it`);
  const notes = [...input.notes, ...dropped].slice(0, 32).map((note) => cut(note, 512));
  return {
    inputHash: input.inputHash,
    engine: round.engine,
    seed: round.seed,
    work: round.work,
    profile: input.profile,
    verdict: result.verdict === 'Optimal' ? 'Optimal' : 'Feasible',
    proof: result.proof,
    ...(result.objective === undefined ? {} : { objective: result.objective }),
    ...(result.lowerBound === undefined ? {} : { lowerBound: result.lowerBound }),
    ...(result.gap === undefined ? {} : { gap: result.gap }),
    terms,
    ...(input.energy ? { energy: input.energy } : {}),
    reasons,
    ...(notes.length > 0 ? { notes } : {}),
  };
}

function plannedReason({ rule, service, channel, location, message }: Reason) {
  return {
    rule,
    ...(service === undefined ? {} : { service }),
    ...(channel === undefined ? {} : { channel }),
    ...(location === undefined ? {} : { cluster: location }),
    message: cut(message, 1024),
  };
}

function failureVerdict(verdict: ApplicationResult['verdict']): Exclude<Attempt['verdict'], 'Placed'> {
  return verdict === 'Infeasible' || verdict === 'Deferred' ? verdict : 'NoneFound';
}

function placedReason(assignments: readonly Assignment[], { verdict, gap }: ApplicationResult): string {
  const quality =
    verdict === 'Optimal'
      ? 'proved optimal'
      : gap === undefined
        ? 'no bound known'
        : `proved to be at most ${(gap * 100).toFixed(1)} % above the optimum`;
  return `${where(assignments)} (${quality})`;
}

function where(assignments: readonly Assignment[]): string {
  const clusters = [...new Set(assignments.map(({ cluster }) => cluster))].sort(compareText);
  const named = clusters.slice(0, 8).join(', ');
  const more = clusters.length > 8 ? ` and ${clusters.length - 8} more` : '';
  return `placed on ${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}: ${named}${more}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
