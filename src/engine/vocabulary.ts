/**
 * The words that problem, result and engine share. Apart from the schemas: who solves needs the words, and
 * not the library that checks files.
 */

export const PROBLEM_FORMAT = 'codeco.placement.problem/v1';
export const RESULT_FORMAT = 'codeco.placement.result/v1';

/** Terms of the objective. */
export const TERMS = ['cost', 'carbon', 'delay', 'resilience', 'balance', 'migration'] as const;
export type Term = (typeof TERMS)[number];

/** Unit of each term, as it stands after a figure; empty where a figure has none. */
export const TERM_UNITS: Readonly<Record<Term, string>> = {
  cost: 'USD/h',
  carbon: 'gCO2e/h',
  delay: 'ms',
  resilience: 'nats',
  balance: '',
  migration: 'moves',
};

/** A rule that a placement must keep; the closed list that reasons, conditions and explanations speak of. */
export const RULES = [
  'Candidate',
  'Selector',
  'Taint',
  'SecurityClass',
  'ComplianceClass',
  'Residency',
  'Data',
  'Pinned',
  'Capacity',
  'Shape',
  'Delay',
  'Bandwidth',
  'Path',
  'Crossing',
  'Spread',
  'Survival',
  'Budget',
] as const;
export type Rule = (typeof RULES)[number];
