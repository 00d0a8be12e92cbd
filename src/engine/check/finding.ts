import type { Reason } from '../result.ts';
import type { Rule } from '../vocabulary.ts';

/** A broken rule, or `Figures`: something said of the placement does not follow from it. */
export type Finding = Omit<Reason, 'rule'> & { rule: Rule | 'Figures' };
