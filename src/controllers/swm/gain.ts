import type { Assignment } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { refereeOf } from '../../engine/check.ts';
import type { Problem } from '../../engine/problem.ts';
import { TERMS } from '../../engine/vocabulary.ts';
import { givenResult } from '../../snapshot/givenplacement.ts';
import { type MoveRules, worthMoving } from '../../snapshot/moverules.ts';

/** Assignments by app. */
type Places = ReadonlyMap<string, readonly Assignment[]>;

/**
 * What an app gains when it and maybe others go from `before` to `after`, as a share of its objective; undefined
 * where that does not pay for its move. The figures are the referee's: who found the places does not judge
 * them. The objective after a move holds the cost of the move.
 */
export function gainsOf(
  problem: Problem,
  before: Places,
  after: Places,
): (id: string, rules: MoveRules) => number | undefined {
  const referee = refereeOf(problem);
  const results = [before, after].map((places) => givenResult(problem, places));
  return (id, rules) => {
    const application = problem.applications.find((each) => each.id === id);
    if (application === undefined) return undefined;
    const weights = TERMS.reduce((sum, term) => sum + application.profile[term], 0);
    const [stay, go] = results.map((result) => {
      const { normalised } = referee.terms(result, application);
      return TERMS.reduce(
        (sum, term) => sum + (application.profile[term] / weights) * (normalised[term] ?? 0),
        0,
      );
    });
    return worthMoving(rules, stay!, go!);
  };
}
