import type { Finding } from '../../engine/check/finding.ts';
import type { Problem } from '../../engine/problem.ts';
import type { ApplicationResult, Result } from '../../engine/result.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';

/** The referee of the engine: every rule that a result breaks, or nothing. */
export type Referee = (problem: Problem, result: Result) => readonly Finding[];

/**
 * The placed apps of a result, less those that the referee accuses. Without them the rest is checked again:
 * what one app takes too much, another one may be blamed for. What a neighbour is accused of is the fault of
 * the apps that it calls: it has not moved.
 *
 * @param neighbours applications that stay where they are, with the apps that their channels lead to
 */
export function refereed(
  problem: Problem,
  result: Result,
  referee: Referee,
  neighbours: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): { sound: Set<string>; rejected: Map<string, string> } {
  const rejected = new Map<string, string>();
  // What is said of all together does not hold of those that are left.
  const { round: _, links: __, ...plain } = result;
  // Whatever an engine says of neighbours: they are where they run.
  const standing = new Map(
    givenResult(problem, new Map()).applications.map((answer) => [answer.application, answer]),
  );
  const placed = ({ verdict }: ApplicationResult) => verdict === 'Optimal' || verdict === 'Feasible';
  for (;;) {
    const rest = result.applications.map((answer) => {
      const { application } = answer;
      if (neighbours.has(application)) return standing.get(application) ?? answer;
      return rejected.has(application)
        ? { ...answer, verdict: 'NoneFound' as const, services: [], channels: [] }
        : answer;
    });
    const before = rejected.size;
    for (const { application, rule, message } of referee(problem, { ...plain, applications: rest })) {
      const named = neighbours.has(application)
        ? `${rule}: ${message} (${application})`
        : `${rule}: ${message}`;
      for (const id of neighbours.get(application) ?? [application])
        if (!rejected.has(id)) rejected.set(id, named);
    }
    if (rejected.size === before) {
      const sound = rest.filter((answer) => placed(answer) && !neighbours.has(answer.application));
      return { sound: new Set(sound.map(({ application }) => application)), rejected };
    }
  }
}
