import { type LabelRequirement, meetsRequirement } from '../api/labelrequirement.ts';

/** metav1.LabelSelector. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | undefined;
  matchExpressions?: readonly LabelRequirement[] | undefined;
}

/** Kubernetes semantics: all parts must hold; an empty selector takes everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((each) => meetsRequirement(each, labels));
}
