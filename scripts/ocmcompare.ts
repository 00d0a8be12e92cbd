import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../src/api/meta.ts';

/** A CustomResourceDefinition, as far as it is compared. */
export interface Crd extends KubeObject {
  spec: {
    scope: string;
    versions: { name: string; served: boolean; schema: { openAPIV3Schema: CrdSchema } }[];
  };
}

export interface CrdSchema {
  type?: string;
  enum?: readonly unknown[];
  properties?: Record<string, CrdSchema>;
  required?: readonly string[];
  default?: unknown;
  items?: CrdSchema;
  additionalProperties?: boolean | CrdSchema;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-list-map-keys'?: readonly string[];
}

/**
 * Where the part of a kind that we use says something that upstream's definition of it does not: a field
 * that is not there, another type, a value that is not allowed, a field that must be set and that we do not
 * know or may leave out, another default, other keys of a list. Empty when everything that we use is as upstream has it.
 */
export function compareCrds(ours: Crd, theirs: Crd | undefined): string[] {
  const name = ours.metadata.name;
  if (!theirs) return [`${name}: there is no such kind`];
  const problems: string[] = [];
  if (ours.spec.scope !== theirs.spec.scope)
    problems.push(`${name}: scope ${ours.spec.scope} here, ${theirs.spec.scope} there`);
  for (const { name: version, schema } of ours.spec.versions) {
    const other = theirs.spec.versions.find((each) => each.name === version);
    if (!other?.served) problems.push(`${name}: version ${version} is not served`);
    else compare(schema.openAPIV3Schema, other.schema.openAPIV3Schema, `${name} ${version}`, problems);
  }
  return problems;
}

function compare(ours: CrdSchema, theirs: CrdSchema, path: string, problems: string[]): void {
  if (kindOf(ours) !== kindOf(theirs)) {
    problems.push(`${path}: ${kindOf(ours)} here, ${kindOf(theirs)} there`);
    return;
  }
  if (ours.enum && theirs.enum) {
    const allowed = theirs.enum;
    for (const value of ours.enum.filter((each) => !allowed.includes(each)))
      problems.push(`${path}: ${String(value)} is not allowed there`);
  }
  // An open schema says nothing about what is inside it.
  const open = theirs['x-kubernetes-preserve-unknown-fields'] === true && !theirs.properties;
  for (const [field, schema] of Object.entries(ours.properties ?? {})) {
    const other = theirs.properties?.[field];
    if (other) compare(schema, other, `${path}.${field}`, problems);
    else if (!open && !isObjectHead(path, field)) problems.push(`${path}.${field}: no such field there`);
  }
  if (ours.properties) {
    for (const field of theirs.required ?? []) {
      const own = ours.properties[field];
      if (!own) problems.push(`${path}.${field}: must be set there, unknown here`);
      else if (!ours.required?.includes(field) && own.default === undefined)
        problems.push(`${path}.${field}: must be set there, optional here`);
    }
  }
  // What the API server fills in is part of what a reader gets back.
  if (!isDeepStrictEqual(ours.default, theirs.default))
    problems.push(`${path}: default ${text(ours.default)} here, ${text(theirs.default)} there`);
  const [keys, otherKeys] = [ours, theirs].map((each) => (each['x-kubernetes-list-map-keys'] ?? []).join());
  if (keys !== otherKeys) problems.push(`${path}: keys ${keys || 'none'} here, ${otherKeys || 'none'} there`);
  if (ours.items && theirs.items) compare(ours.items, theirs.items, `${path}[]`, problems);
  if (typeof ours.additionalProperties === 'object' && typeof theirs.additionalProperties === 'object')
    compare(ours.additionalProperties, theirs.additionalProperties, `${path}{}`, problems);
}

/** apiVersion, kind and metadata need not be declared: every object has them. */
function isObjectHead(path: string, field: string): boolean {
  return path.split('.').at(-1)?.includes(' ') === true && ['apiVersion', 'kind', 'metadata'].includes(field);
}

function text(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

function kindOf(schema: CrdSchema): string {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  return schema.type ?? 'anything';
}
