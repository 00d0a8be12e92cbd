import { createHash } from 'node:crypto';

/**
 * Canonical JSON and its hash: two values that mean the same give the same bytes, whatever the order in
 * which their keys were set. The one place in the pure parts of the tree that touches node:crypto.
 */

/** JSON with sorted keys and without keys whose value is undefined. Arrays keep their order. */
export function canonicalJson(value: unknown): string {
  return textOf(value) ?? 'null';
}

/** The first `length` hex digits of SHA-256 over the canonical JSON of `value`. */
export function hashOf(value: unknown, length = 16): string {
  return hashText(canonicalJson(value), length);
}

/** The first `length` hex digits of SHA-256 over the UTF-8 bytes of `text`. */
export function hashText(text: string, length = 16): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, length);
}

/** Written in one pass, without a sorted copy: every reconcile of an app hashes what it renders. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`;
  const object = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const item = textOf(object[key]);
    if (item !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${item}`;
  }
  return `{${text}}`;
}
