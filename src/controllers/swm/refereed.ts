import type { Problem } from '../../engine/problem.ts';
import type { ApplicationResult, Reason, Result } from '../../engine/result.ts';

/** The referee of the engine: every rule that a result breaks, or nothing. */
export type Referee = (problem: Problem, result: Result) => readonly Reason[];

/**
 * The placed apps of a result, less those that the referee accuses. Without them the rest is checked again:
 * what one app takes too much, another one may be blamed for.
 */
export function refereed(
  problem: Problem,
  result: Result,
  referee: Referee,
): { sound: Set<string>; rejected: Map<string, string> } {
  const rejected = new Map<string, string>();
  const placed = ({ verdict }: ApplicationResult) => verdict === 'Optimal' || verdict === 'Feasible';
  for (;;) {
    const rest = result.applications.map((answer) =>
      rejected.has(answer.application)
        ? { ...answer, verdict: 'NoneFound' as const, services: [], channels: [] }
        : answer,
    );
    const accused = referee(problem, { ...result, applications: rest }).filter(
      ({ application }) => !rejected.has(application),
    );
    if (accused.length === 0) {
      return { sound: new Set(rest.filter(placed).map(({ application }) => application)), rejected };
    }
    for (const { application, rule, message } of accused) {
      if (!rejected.has(application)) rejected.set(application, `${rule}: ${message}`);
    }
  }
}
