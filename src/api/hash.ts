import { createHash } from 'node:crypto';

/**
 * Canonical JSON and its hash: two values that mean the same give the same bytes, whatever the order in
 * which their keys were set. The one place in the pure parts of the tree that touches node:crypto.
 */

/** JSON with sorted keys and without keys whose value is undefined. Arrays keep their order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

/** The first `length` hex digits of SHA-256 over the canonical JSON of `value`. */
export function hashOf(value: unknown, length = 16): string {
  return hashText(canonicalJson(value), length);
}

/** The first `length` hex digits of SHA-256 over the UTF-8 bytes of `text`. */
export function hashText(text: string, length = 16): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, length);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // A null prototype: a key named __proto__ stays a key.
  const result = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of entries) result[key] = sorted(item);
  return result;
}
