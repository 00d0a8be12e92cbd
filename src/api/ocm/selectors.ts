import { z } from 'zod';

/** The selectors that several kinds of OCM's cluster group share. */

const Requirement = z.strictObject({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
});

/** metav1.LabelSelector, over labels of ManagedClusters. */
export const LabelSelector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(Requirement).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
});

/** The same over the claims that a ManagedCluster reports of itself. */
export const ClaimSelector = z.strictObject({ matchExpressions: z.array(Requirement).optional() });
