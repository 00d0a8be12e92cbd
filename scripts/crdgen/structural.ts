import { z } from 'zod';
import { EMBEDS } from '../../src/api/schema.ts';

/** JSON of a structural schema (apiextensions.k8s.io/v1 JSONSchemaProps). */
export type Schema = { [keyword: string]: unknown };

/** The keywords that JSONSchemaProps has and structural schemas may carry. */
const ALLOWED = new Set([
  'type',
  'format',
  'description',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'nullable',
  'default',
  'anyOf',
]);

/** Safe-integer limits that zod writes for every int. */
const NOISE = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** Every map has a limit, so that CEL's cost can be estimated. */
const MAP_LIMIT = 256;

/**
 * The structural schema that a zod schema stands for. Throws when the schema says what a CRD cannot say,
 * with the path.
 *
 * @param embedded schemas of other kinds, put in place of the fields that are marked with their name
 */
export function structuralSchema(schema: z.ZodType, embedded: Readonly<Record<string, Schema>> = {}): Schema {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' });
  return convert(json as Schema, '', embedded);
}

function convert(json: Schema, path: string, embedded: Readonly<Record<string, Schema>>): Schema {
  const kind = json[EMBEDS];
  if (typeof kind === 'string') {
    if (!embedded[kind]) throw new Error(`${path}: the schema of ${kind} is not at hand`);
    return { ...embedded[kind], ...describe(json) };
  }
  if (json['x-kubernetes-int-or-string'] === true) {
    return {
      ...describe(json),
      ...(json['default'] === undefined ? {} : { default: json['default'] }),
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-int-or-string': true,
    };
  }
  if (json['$ref'] !== undefined) throw new Error(`${path}: shared schemas must be inlined`);
  const result: Schema = {};
  for (const [keyword, value] of Object.entries(json)) {
    if (keyword.startsWith('x-kubernetes-')) result[keyword] = value;
    else if (ALLOWED.has(keyword)) result[keyword] = value;
  }
  if (result['type'] === undefined && result['x-kubernetes-preserve-unknown-fields'] === undefined) {
    if (Array.isArray(result['enum'])) result['type'] = 'string';
    else if (result['anyOf'] !== undefined) throw new Error(`${path}: a union that is not int-or-string`);
    else return { ...describe(json), type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  }
  for (const limit of ['minimum', 'maximum']) if (NOISE.has(result[limit] as number)) delete result[limit];
  if (result['type'] === 'integer') result['format'] = 'int64';
  if (result['type'] === 'array') result['items'] = convert(json['items'] as Schema, `${path}[]`, embedded);
  if (result['type'] === 'object') convertObject(json, result, path, embedded);
  return result;
}

function convertObject(
  json: Schema,
  result: Schema,
  path: string,
  embedded: Readonly<Record<string, Schema>>,
): void {
  const properties = json['properties'] as Record<string, Schema> | undefined;
  if (properties) {
    // A strict object; unknown fields are pruned or refused by the server's field validation.
    delete result['additionalProperties'];
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, convert(each, `${path}.${name}`, embedded)]),
    );
  } else if (typeof json['additionalProperties'] === 'object' && json['additionalProperties'] !== null) {
    result['additionalProperties'] = convert(json['additionalProperties'] as Schema, `${path}{}`, embedded);
    result['maxProperties'] ??= MAP_LIMIT;
  } else {
    delete result['additionalProperties'];
  }
}

function describe(json: Schema): Schema {
  return typeof json['description'] === 'string' ? { description: json['description'] } : {};
}
