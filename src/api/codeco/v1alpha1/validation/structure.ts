import { nearest } from '../../../nearest.ts';
import type { Finding } from './finding.ts';

/**
 * Judges a value by an OpenAPI schema as an API server does under strict field validation, but finds
 * everything at once and names what was meant. Covers what generated CRDs use: types, enums, limits,
 * patterns, required fields, unknown fields, list maps, int-or-string.
 */

/** The part of OpenAPI v3 that CRDs use. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean | number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** `unknown`: fields that do not exist; the rest can be read without them. `wrong`: everything else. */
export interface StructureVerdict {
  unknown: Finding[];
  wrong: Finding[];
}

/** Field names and allowed values that a message may list: PodSpec has more, and nobody reads them. */
const LISTED = 16;
const SHOWN = 60;

/** Everything about `value` that `schema` refuses, in the order in which it is written. */
export function judgeStructure(value: unknown, schema: JsonSchema, path: string): StructureVerdict {
  const verdict: StructureVerdict = { unknown: [], wrong: [] };
  walk(value, schema, path, [], verdict);
  return verdict;
}

/** Objects on the way down, innermost last: a misplaced field is looked for there. */
type Above = readonly { path: string; properties: Readonly<Record<string, JsonSchema>> }[];
type Report = (message: string, near?: string) => void;

function walk(
  value: unknown,
  schema: JsonSchema,
  path: string,
  above: Above,
  verdict: StructureVerdict,
): void {
  const wrong: Report = (message, near) => verdict.wrong.push(finding(path, value, message, near));
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof value === 'number' && !Number.isInteger(value))
      wrong('a number with a fraction or an exponent must be in quotes', `"${value}"`);
    else if (typeof value !== 'number' && typeof value !== 'string')
      wrong(`an integer or a string is needed, not ${nameOfType(value)}`);
    return;
  }
  if (schema.type !== undefined && !hasType(value, schema.type)) {
    wrong(`${article(schema.type)} is needed, not ${nameOfType(value)}`, converted(value, schema.type));
    return;
  }
  if (typeof value === 'string') judgeString(value, schema, wrong);
  else if (typeof value === 'number') judgeNumber(value, schema, wrong);
  else if (Array.isArray(value)) judgeList(value, schema, path, above, verdict, wrong);
  else if (isRecord(value)) judgeObject(value, schema, path, above, verdict);
}

function judgeString(value: string, schema: JsonSchema, wrong: Report): void {
  const { enum: allowed, minLength, maxLength, pattern } = schema;
  if (allowed && !allowed.includes(value)) {
    const names = allowed.map((each) => (each === '' ? '""' : String(each)));
    const more = names.length > LISTED ? ', ...' : '';
    wrong(`allowed are ${names.slice(0, LISTED).join(', ')}${more}`, nearest(value, allowed.map(String)));
    return;
  }
  // The server counts code points.
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) wrong('must not be empty');
  else if (maxLength !== undefined && length > maxLength)
    wrong(`${length} characters, at most ${maxLength} are possible`);
  else if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    wrong(`must match ${pattern}`, nearestName(value, new RegExp(pattern, 'u')));
}

/** The value in the letters that names of Kubernetes have, if that is what the pattern wants. */
function nearestName(value: string, pattern: RegExp): string | undefined {
  const name = value
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return [name, name.replaceAll('.', '-')].find((each) => each !== '' && pattern.test(each));
}

function judgeNumber(value: number, { minimum, maximum, exclusiveMinimum }: JsonSchema, wrong: Report): void {
  if (minimum !== undefined && exclusiveMinimum === true) {
    if (value <= minimum) wrong(`must be more than ${minimum}`);
  } else if (minimum !== undefined && value < minimum) wrong(`must be at least ${minimum}`, String(minimum));
  if (maximum !== undefined && value > maximum) wrong(`must be at most ${maximum}`, String(maximum));
}

function judgeList(
  list: readonly unknown[],
  schema: JsonSchema,
  path: string,
  above: Above,
  verdict: StructureVerdict,
  wrong: Report,
): void {
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && list.length < minItems)
    wrong(`at least ${minItems} ${minItems === 1 ? 'entry is' : 'entries are'} needed`);
  if (maxItems !== undefined && list.length > maxItems) {
    wrong(`${list.length} entries, at most ${maxItems} are possible`);
    // What is wrong with ten thousand entries helps nobody.
    return;
  }
  if (!items) return;
  list.forEach((entry, index) => {
    walk(entry, items, `${path}[${index}]`, above, verdict);
  });
  if (schema['x-kubernetes-list-type'] !== 'map') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Map<string, number>();
  list.forEach((entry, index) => {
    if (!isRecord(entry)) return;
    const values = keys.map((key) => entry[key] ?? items.properties?.[key]?.default);
    const before = seen.get(JSON.stringify(values));
    if (before === undefined) seen.set(JSON.stringify(values), index);
    else {
      const message = `${path.replace(/^\./, '')}[${before}] has the same ${keys.join(' and ')} already`;
      verdict.wrong.push(finding(`${path}[${index}].${keys[0]}`, values.join('/'), message));
    }
  });
}

function judgeObject(
  object: Record<string, unknown>,
  schema: JsonSchema,
  path: string,
  above: Above,
  verdict: StructureVerdict,
): void {
  const { properties, additionalProperties: values, required = [] } = schema;
  if (!properties) {
    if (typeof values !== 'object') return;
    for (const [key, each] of Object.entries(object)) walk(each, values, `${path}.${key}`, above, verdict);
    return;
  }
  const here = [...above, { path, properties }];
  for (const [key, each] of Object.entries(object)) {
    // `constructor` is a misspelt field too: only own properties of the schema count.
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known) walk(each, known, `${path}.${key}`, here, verdict);
    else if (!schema['x-kubernetes-preserve-unknown-fields'])
      verdict.unknown.push(unknownField(key, each, here));
  }
  for (const key of required) {
    // The server fills in defaults before it looks for what is missing.
    if (object[key] === undefined && properties[key]?.default === undefined)
      verdict.wrong.push(finding(`${path}.${key}`, '', 'is required'));
  }
}

function unknownField(key: string, value: unknown, here: Above): Finding {
  const { path, properties } = here.at(-1)!;
  const names = Object.keys(properties);
  // replicas inside podspec: the field exists, further out.
  const outside = here.slice(0, -1).findLast((each) => Object.hasOwn(each.properties, key));
  const near = outside ? `${outside.path}.${key}`.replace(/^\./, '') : nearest(key, names);
  const message = names.length <= LISTED ? `no such field; there are ${names.join(', ')}` : 'no such field';
  return finding(`${path}.${key}`, value, message, near);
}

function finding(path: string, value: unknown, message: string, near?: string): Finding {
  return {
    path,
    value: shown(value),
    message,
    ...(near === undefined ? {} : { nearest: near }),
    severity: 'Error',
  };
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function nameOfType(value: unknown): string {
  if (value === null) return 'nothing (null)';
  return article(Array.isArray(value) ? 'array' : typeof value);
}

function article(type: string): string {
  if (type === 'array') return 'a list';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** The same value in the type that is needed, as one writes it in YAML. */
function converted(value: unknown, type: string): string | undefined {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return `"${value}"`;
  if ((type === 'integer' || type === 'number') && typeof value === 'string' && /^-?\d+$/.test(value))
    return value;
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What holds something else is known by its path. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return '{...}';
  const text = String(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 3)}...`;
}
