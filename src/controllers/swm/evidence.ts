import type { Decision, Evidence } from '../../api/codeco/v1alpha1/assignmentplan.ts';

/** A plan is one object in etcd and one event to every watcher. */
const MAX_PLAN_BYTES = 300_000;
/** What the attempt, the metadata and the status of a plan may take beside the decision. */
const BESIDE_BYTES = 60_000;

type Reasons = Evidence['reasons'];

/** From the least to the most important; each step works on what the one before left. */
const STEPS: readonly { name: string; apply: (evidence: Evidence) => Evidence }[] = [
  {
    name: 'ruled-out clusters beyond 3 per service',
    apply: (evidence) =>
      withReasons(
        evidence,
        evidence.reasons.map((each) => ({ ...each, ruledOut: each.ruledOut.slice(0, 3) })),
      ),
  },
  {
    name: 'ruled-out clusters',
    apply: (evidence) =>
      withReasons(
        evidence,
        evidence.reasons.map((each) => ({ ...each, ruledOut: [] })),
      ),
  },
  { name: 'reasons per service', apply: (evidence) => withReasons(evidence, []) },
  {
    name: 'notes',
    apply: ({ notes: _, ...evidence }) => evidence,
  },
];

/**
 * Evidence short enough for the plan: what is least missed goes first, and `shortened` names what went.
 * Assignments, channels and fallbacks are the decision and are never cut.
 */
export function shortenedEvidence(
  decision: Decision,
  limit: number = MAX_PLAN_BYTES - BESIDE_BYTES,
): Evidence {
  let evidence = decision.evidence;
  const shortened: string[] = [];
  for (const { name, apply } of STEPS) {
    if (bytes({ ...decision, evidence }) <= limit) break;
    evidence = apply(evidence);
    shortened.push(name);
  }
  return shortened.length === 0 ? evidence : { ...evidence, shortened };
}

function withReasons(evidence: Evidence, reasons: Reasons): Evidence {
  return { ...evidence, reasons };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
