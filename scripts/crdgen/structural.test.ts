import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { embeds } from '../../src/api/schema.ts';
import { type Schema, structuralSchema } from './structural.ts';

const CRDS = new URL('../../crds/', import.meta.url).pathname;
const files = readdirSync(CRDS, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

/** What apiextensions.k8s.io/v1 refuses, or prunes in silence: by path. */
function violations(schema: Schema, path: string): string[] {
  const found: string[] = [];
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['type'] === undefined && !open && !schema['x-kubernetes-int-or-string'])
    found.push(`${path}: no type`);
  if (schema['type'] === 'array' && schema['items'] === undefined) found.push(`${path}: a list of anything`);
  if (schema['properties'] && schema['additionalProperties'] !== undefined)
    found.push(`${path}: properties beside additionalProperties`);
  for (const keyword of ['$ref', 'definitions', 'oneOf', 'allOf', 'not', 'const', 'uniqueItems', 'readOnly'])
    if (keyword in schema) found.push(`${path}: ${keyword}`);
  if ('anyOf' in schema && !schema['x-kubernetes-int-or-string']) found.push(`${path}: anyOf`);
  // Go's regular expressions have no look-around.
  if (typeof schema['pattern'] === 'string' && /\(\?[=!<]/.test(schema['pattern']))
    found.push(`${path}: pattern`);
  const items = schema['items'] as Schema | undefined;
  const itemFields = (items?.['properties'] ?? {}) as Record<string, Schema>;
  for (const key of (schema['x-kubernetes-list-map-keys'] ?? []) as string[]) {
    const required =
      ((items?.['required'] ?? []) as string[]).includes(key) || itemFields[key]?.['default'] !== undefined;
    if (!required) found.push(`${path}: entries may have no ${key}`);
  }
  for (const [name, each] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>))
    found.push(...violations(each, `${path}.${name}`));
  if (items) found.push(...violations(items, `${path}[]`));
  const values = schema['additionalProperties'];
  if (typeof values === 'object' && values !== null) found.push(...violations(values as Schema, `${path}{}`));
  return found;
}

/** Strings, lists and maps of spec without a limit; a podspec and embedded manifests are not ours to limit. */
function unlimited(schema: Schema, path: string): string[] {
  if (schema['x-kubernetes-embedded-resource'] || path.endsWith('.podspec')) return [];
  const found: string[] = [];
  if (schema['type'] === 'string' && !schema['enum'] && schema['maxLength'] === undefined) found.push(path);
  if (schema['type'] === 'array' && schema['maxItems'] === undefined) found.push(path);
  if (schema['additionalProperties'] && schema['maxProperties'] === undefined) found.push(path);
  for (const [name, each] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>))
    found.push(...unlimited(each, `${path}.${name}`));
  if (schema['items']) found.push(...unlimited(schema['items'] as Schema, `${path}[]`));
  return found;
}

function schemasOf(file: string): Record<string, Schema> {
  const crd = load(readFileSync(join(CRDS, file), 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  return crd.spec.versions[0]!.schema.openAPIV3Schema['properties'] as Record<string, Schema>;
}

describe.each(files)('%s', (file) => {
  test('is structural', () => {
    const { spec, status } = schemasOf(file);
    const found = [spec ? violations(spec, 'spec') : [], status ? violations(status, 'status') : []];
    expect(found.flat()).toEqual([]);
  });
});

test.each(files.filter((file) => !file.startsWith('ocm')))(
  '%s limits everything that a user can write',
  (file) => {
    expect(unlimited(schemasOf(file)['spec']!, 'spec')).toEqual([]);
  },
);

test('all kinds are there', () => {
  expect(files.length).toBeGreaterThanOrEqual(18);
});

test.each([
  ['a union that is not int-or-string', z.strictObject({ a: z.union([z.string(), z.boolean()]) }), '.a'],
  ['a shared schema with an id', z.strictObject({ a: z.string().meta({ id: 'Shared' }) }), '.a'],
])('%s is refused when generating, with its path', (_, schema, path) => {
  expect(() => structuralSchema(schema)).toThrow(path);
});

test('a field marked with a kind gets the schema of that kind, and its own description', () => {
  const schema = z.strictObject({ any: z.custom().meta(embeds('PodSpec')).describe('What runs.') });
  const PodSpec = { type: 'object', description: 'A PodSpec.', properties: {} };
  expect(structuralSchema(schema, { PodSpec })['properties']).toEqual({
    any: { type: 'object', description: 'What runs.', properties: {} },
  });
  expect(() => structuralSchema(schema)).toThrow('.any: the schema of PodSpec is not at hand');
});

test('a default does not make a field required', () => {
  const schema = structuralSchema(
    z.strictObject({ a: z.string().max(8).default('x'), b: z.string().max(8) }),
  );
  expect(schema['required']).toEqual(['b']);
});
