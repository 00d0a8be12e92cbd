import type { Application } from '../problem.ts';
import { figure, listed } from '../reasons/words.ts';
import type { ApplicationResult, Reason, Relaxation } from '../result.ts';
import { TERM_UNITS, type Term } from '../vocabulary.ts';

/** The least of one term alone, in its own unit: what was found, and what no placement goes below. */
export interface Least {
  readonly term: Term;
  readonly limit: number;
  readonly value: number;
  readonly lowerBound: number;
  /** Keeps the limits of the other terms as well. */
  readonly keepsOthers: boolean;
}

/**
 * Why budgets are in the way, in words: each with the least value that any placement has, and the budget that
 * would be enough. A budget whose least value was reached by a placement that keeps all other budgets is a
 * relaxation that is verified by that placement.
 */
export function limitConflict(
  app: Application,
  leasts: readonly Least[],
): Pick<ApplicationResult, 'conflict' | 'relaxations'> {
  return {
    conflict: leasts.map(
      (least): Reason => ({ rule: 'Budget', application: app.id, message: wordsOf(least, leasts) }),
    ),
    relaxations: leasts
      .filter(({ keepsOthers, value, limit }) => keepsOthers && value > limit)
      .map(({ term, limit, value }): Relaxation => {
        const to = amount(term, roundedUp(value));
        return {
          message: `raise the budget of ${term} to ${to}`,
          rule: 'Budget',
          from: amount(term, limit),
          to,
          verified: true,
        };
      }),
  };
}

function wordsOf({ term, limit, value, lowerBound }: Least, all: readonly Least[]): string {
  const head = `at most ${amount(term, limit)} of ${term} is allowed`;
  const proved = value - lowerBound <= 1e-6 * value;
  if (value > limit)
    return proved
      ? `${head}, and no placement has less than ${amount(term, value)}`
      : `${head}; the least found is ${amount(term, value)}, and no placement has less than ${amount(term, lowerBound)}`;
  const others = all.filter((other) => other.term !== term).map((other) => other.term);
  return others.length === 0
    ? `${head}, and placements with ${amount(term, value)} were not enough to go by`
    : `${head}: alone it could be ${amount(term, value)}, but not together with the budget of ${listed(others)}`;
}

function amount(term: Term, value: number): string {
  const unit = TERM_UNITS[term];
  return unit === '' ? figure(value) : `${figure(value)} ${unit}`;
}

/** Four significant digits that are enough. */
function roundedUp(value: number): number {
  const rounded = Number(value.toPrecision(4));
  if (rounded >= value || value === 0) return rounded;
  const digit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 3);
  return Number((rounded + digit).toPrecision(4));
}
