import type { Application } from '../problem.ts';
import { TERMS } from '../vocabulary.ts';
import type { Averages } from './averages.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { recomputeTerms } from './terms.ts';
import { close, closeGap, within } from './tolerance.ts';

/** Everything that an answer says in numbers follows from the placement; and budgets are kept. */
export function checkFigures(placed: Placed, averages: () => Averages, app: Application): Finding[] {
  const findings: Finding[] = [];
  const fail = (rule: 'Figures' | 'Budget', message: string) =>
    findings.push({ rule, application: app.id, message });
  const answer = placed.answer(app)!;
  const hasBudgets = TERMS.some((term) => app.budgets?.[term] !== undefined);
  const others = touchesOthers(placed, app);
  const saysNumbers = answer.objective !== undefined || Object.keys(answer.terms).length > 0;
  if (!saysNumbers && !hasBudgets) return findings;

  const { objective, lowerBound, gap, verdict } = answer;
  if (objective !== undefined) {
    const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
    const weighted = TERMS.reduce(
      (sum, term) => sum + (app.profile[term] / weights) * (answer.normalised[term] ?? 0),
      0,
    );
    if (!close(weighted, objective))
      fail('Figures', `objective ${objective} is not the weighted sum ${weighted}`);
    if (lowerBound !== undefined && !within(lowerBound, objective))
      fail('Figures', `bound ${lowerBound} is above the objective ${objective}`);
    if (verdict === 'Optimal' && !(lowerBound !== undefined && within(objective, lowerBound)))
      fail('Figures', `called optimal at ${objective} with a bound of ${lowerBound}`);
    if (gap !== undefined && !(lowerBound !== undefined && closeGap(gap, objective, lowerBound)))
      fail('Figures', `gap ${gap} is not that of ${objective} to ${lowerBound}`);
  }
  if (others && !hasBudgets) return findings;
  const recomputed = recomputeTerms(placed, averages(), app);
  for (const term of TERMS) {
    const limit = app.budgets?.[term];
    const value = recomputed.terms[term];
    if (limit !== undefined && value !== undefined && !within(value, limit))
      fail('Budget', `${term} is ${value}, at most ${limit}`);
    if (others || !saysNumbers) continue;
    for (const kind of ['terms', 'normalised'] as const) {
      const said = answer[kind][term];
      if (said === undefined || close(said, recomputed[kind][term] ?? Number.NaN)) continue;
      fail('Figures', `${kind} ${term} is ${said}, should be ${recomputed[kind][term]}`);
    }
    // A term that weighs something and is left out would make the objective look better than it is.
    if (
      app.profile[term] > 0 &&
      recomputed.normalised[term] !== undefined &&
      answer.normalised[term] === undefined
    )
      fail('Figures', `normalised ${term} is missing`);
  }
  return findings;
}

/**
 * Channels between two applications of the problem: which of them counted depends on the order in which
 * the applications were placed, so that figures cannot be told from the placement alone.
 */
function touchesOthers({ problem }: Placed, app: Application): boolean {
  if (problem.applications.length === 1) return false;
  const ids = new Set(problem.applications.map(({ id }) => id));
  return problem.applications.some((of) =>
    of.channels.some(({ to }) => {
      const target = to.application ?? of.id;
      return target !== of.id && ids.has(target) && (of.id === app.id || target === app.id);
    }),
  );
}
