import { z } from 'zod';
import type { KubeObject } from './meta.ts';

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

/**
 * Marks a field as holding another kind's schema, which is too long to be written here: `.meta(embeds('PodSpec'))`.
 * Who turns a schema into JSON puts that kind's schema in its place.
 */
export const EMBEDS = 'x-codeco-embeds';
export function embeds(kind: 'PodSpec'): Record<string, string> {
  return { [EMBEDS]: kind };
}

/** A whole object of any kind, kept as it is. */
export const EmbeddedResource = z.custom<KubeObject>().meta({
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
});

/** A list whose entries are told apart by `key`: the API server refuses two of one name. */
export function keyedBy(key: string): Record<string, unknown> {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
}

/**
 * For a half of an object that has one writer, who replaces it whole: the API server keeps account of it as one
 * field. Field by field it costs a third of every status write, and nobody else ever applies a part of it.
 */
export const ONE_WRITER = { 'x-kubernetes-map-type': 'atomic' } as const;

/** metav1.Condition. */
export const Condition = z.strictObject({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().optional(),
  lastTransitionTime: z.string().max(64),
  reason: z.string().max(1024),
  message: z.string().max(32768),
});

/** Conditions as a list map by type. */
export const Conditions = z.array(Condition).max(32).meta(keyedBy('type'));
