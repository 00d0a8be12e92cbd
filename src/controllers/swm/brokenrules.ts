import type { Finding } from '../../engine/check/finding.ts';
import type { Problem } from '../../engine/problem.ts';
import type { AppState } from '../../snapshot/appstate.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';
import { buildProblem } from '../../snapshot/problem.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Movable } from './movable.ts';
import type { Desk } from './solvegroup.ts';

/**
 * What a policy, a class or a label says, unlike a measurement, which swings; and bandwidth, for when a link is
 * lost its calls go over others, which do not become wider again by themselves. That no path is known is no
 * such rule: who measures it may be silent.
 */
const STATED_RULES: ReadonlySet<Finding['rule']> = new Set<Finding['rule']>([
  'Candidate',
  'Selector',
  'Taint',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
  'Crossing',
  'Bandwidth',
]);

/** In words, the rule of today that each app breaks where it is; of those in namespaces that act on it. */
export function brokenRules(
  { referee }: Desk,
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  apps: readonly Movable[],
): Map<string, string> {
  const acting = apps.filter(({ policy }) => policy.moveOnViolation).map(({ state }) => state);
  const ids = new Set(acting.map(({ id }) => id));
  const broken = new Map<string, string>();
  if (ids.size === 0) return broken;
  const { problem, refused } = buildProblem(snapshot, states, ids);
  // An app that is refused as a whole has nowhere to go.
  if (problem === undefined) return broken;
  const places = new Map(
    acting
      .filter(({ id }) => !refused.has(id))
      .map(({ id, plan }) => [id, plan?.spec.decision?.assignments ?? []] as const),
  );
  for (const reason of referee(problem, givenResult(problem, places))) {
    if (!STATED_RULES.has(reason.rule) || !ids.has(reason.application) || broken.has(reason.application))
      continue;
    broken.set(reason.application, inWords(problem, reason));
  }
  return broken;
}

function inWords(problem: Problem, { application, rule, message, location, service }: Finding): string {
  const app = problem.applications.find(({ id }) => id === application);
  const why = rule === 'Candidate' && location !== undefined ? (app?.excluded[location] ?? message) : message;
  return [service, location === undefined ? undefined : `on ${location}`, `(${rule}): ${why}`]
    .filter((part) => part !== undefined)
    .join(' ');
}
