import type { IgnoreField } from '../../../../src/api/ocm/manifestwork.ts';
import { JsonPathError, parseJsonPath } from '../feedback/jsonpath.ts';
import type { Manifest } from '../manifest.ts';

/** An ignored field is written in a language that this agent does not understand. */
export class IgnoreFieldError extends Error {
  override readonly name = 'IgnoreFieldError';
}

type Node = Record<string, unknown>;

/**
 * The manifest without the fields that are left to others while the object exists (OnSpokePresent). Fields
 * with the other condition stay: they count when the manifest itself changes. As with OCM's agent a field
 * that is not there is no error, nor is a path or a pointer that cannot be read: both find nothing.
 *
 * @throws IgnoreFieldError for jq expressions, which only OCM's own agent understands
 */
export function withoutIgnored(manifest: Manifest, ignored: readonly IgnoreField[]): Manifest {
  const present = ignored.filter(({ condition }) => condition === 'OnSpokePresent');
  if (present.length === 0) return manifest;
  const result = structuredClone(manifest);
  for (const { jsonPaths = [], jsonPointers = [], jqPathExpressions = [] } of present) {
    for (const path of jsonPaths) removeByPath(result, path);
    for (const pointer of jsonPointers) removeByPointer(result, pointer);
    for (const expression of jqPathExpressions) {
      throw new IgnoreFieldError(
        `JQ expression error in '${expression}': this agent understands jsonPaths and jsonPointers only`,
      );
    }
  }
  return result;
}

/** Of every map that the path without its last field leads to, that field goes. Lists are left alone. */
function removeByPath(root: Manifest, path: string): void {
  const dot = path.lastIndexOf('.');
  const field = path.slice(dot + 1);
  for (const parent of found(root, dot <= 0 ? '.' : path.slice(0, dot)))
    if (isNode(parent)) delete parent[field];
}

function found(root: Manifest, path: string): unknown[] {
  try {
    return parseJsonPath(path).all(root);
  } catch (error) {
    if (error instanceof JsonPathError) return [];
    throw error;
  }
}

/** RFC 6901. */
function removeByPointer(root: Manifest, pointer: string): void {
  if (!pointer.startsWith('/')) return;
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  let parent: unknown = root;
  for (const step of steps) {
    if (Array.isArray(parent)) parent = parent[Number(step)];
    else parent = isNode(parent) ? parent[step] : undefined;
  }
  if (Array.isArray(parent)) {
    if (/^\d+$/.test(last) && Number(last) < parent.length) parent.splice(Number(last), 1);
  } else if (isNode(parent)) delete parent[last];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
