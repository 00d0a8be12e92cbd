/** One requirement on labels; `operator` as in a Kubernetes label selector. */
export interface LabelRequirement {
  key: string;
  operator: string;
  values?: readonly string[] | undefined;
}

/** Whether labels meet a requirement, with the semantics of Kubernetes' label selectors. */
export function meetsRequirement(
  { key, operator, values = [] }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      // The API server knows no other; a selector that cannot be read takes nothing.
      return false;
  }
}
