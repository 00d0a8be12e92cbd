import { z } from 'zod';

/**
 * Pieces that the schemas of several kinds share. Only what a structural schema of a CRD can say: no
 * transform, no catch, no id.
 */

/** A number or a string, as Kubernetes' IntOrString; what it means is decided by the reader. */
export const IntOrString = z
  .union([z.int(), z.string().max(64)])
  .meta({ 'x-kubernetes-int-or-string': true });

/** A resource quantity such as 500m, 2Gi or 4. */
export const Quantity = z.union([z.int(), z.string().max(64)]).meta({ 'x-kubernetes-int-or-string': true });

/** metav1.Condition as a list map by type. */
export const Conditions = z
  .array(
    z.strictObject({
      type: z.string().max(316),
      status: z.enum(['True', 'False', 'Unknown']),
      observedGeneration: z.int().optional(),
      lastTransitionTime: z.string().max(64),
      reason: z.string().max(1024),
      message: z.string().max(32768),
    }),
  )
  .max(32)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] });
