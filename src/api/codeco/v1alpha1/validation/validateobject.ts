import { nearest } from '../../../nearest.ts';
import type { CodecoAppSpec } from '../codecoapp.ts';
import { API_VERSION, GROUP } from '../group.ts';
import type { KindSchema } from '../schemas.ts';
import type { Finding } from './finding.ts';
import { type JsonSchema, judgeStructure } from './structure.ts';
import { validateModel } from './validatemodel.ts';

/** etcd's limit for one object; the API server refuses what is larger. */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

const DNS_SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const texts: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };
const METADATA: JsonSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253, pattern: DNS_SUBDOMAIN },
    namespace: { type: 'string', maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
    labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 63 } },
    annotations: texts,
    finalizers: { type: 'array', items: { type: 'string' } },
    ownerReferences: { type: 'array', items: { type: 'object' } },
    uid: { type: 'string' },
    resourceVersion: { type: 'string' },
    generation: { type: 'integer' },
    creationTimestamp: {},
    deletionTimestamp: {},
    deletionGracePeriodSeconds: { type: 'integer' },
    generateName: { type: 'string' },
    selfLink: { type: 'string' },
    managedFields: { type: 'array' },
  },
};

/**
 * Everything that can be known to be wrong with an object of the suite without a server: identity, metadata,
 * structure and, for a CodecoApp, the model. Undefined when the object is of no kind of the suite.
 */
export function validateObject(
  object: unknown,
  kinds: ReadonlyMap<string, KindSchema>,
): Finding[] | undefined {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    return [error('', String(object), 'an object with apiVersion, kind, metadata and spec is needed')];
  }
  const { apiVersion, kind } = object as { apiVersion?: unknown; kind?: unknown };
  const identity = judgeIdentity(apiVersion, kind, kinds);
  if (identity === undefined || identity.length > 0) return identity;
  const schema = kinds.get(String(kind))!;
  if (sizeUpTo(object, MAX_OBJECT_BYTES) > MAX_OBJECT_BYTES) {
    return [error('', '', `larger than the ${MAX_OBJECT_BYTES / 1024} KiB that the API server stores`)];
  }
  const { unknown, wrong } = judgeStructure(object, wholeObject(schema), '');
  const findings = [...unknown, ...wrong].map((finding) => ({ ...finding, path: finding.path.slice(1) }));
  const metadata = (object as { metadata?: { name?: string; namespace?: string } }).metadata;
  if (!schema.namespaced && metadata?.namespace !== undefined) {
    findings.push(error('metadata.namespace', metadata.namespace, `${kind} belongs to no namespace`));
  }
  // Unknown fields leave the rest readable; anything else does not.
  if (kind !== 'CodecoApp' || wrong.length > 0) return findings;
  const spec = (object as { spec: CodecoAppSpec }).spec;
  const context = {
    name: metadata?.name ?? '',
    ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }),
  };
  return [...findings, ...validateModel(spec, context)];
}

/**
 * Bytes of the object as JSON, roughly and from below; counting ends once `limit` is passed. YAML aliases can
 * make a few lines stand for gigabytes, which must not be written out to be measured.
 */
function sizeUpTo(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  let size = 2;
  for (const [key, item] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : key.length + 4) + sizeUpTo(item, limit - size);
    if (size > limit) break;
  }
  return size;
}

/** Undefined: none of ours, and not meant to be. */
function judgeIdentity(
  apiVersion: unknown,
  kind: unknown,
  kinds: ReadonlyMap<string, KindSchema>,
): Finding[] | undefined {
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return [
      error(
        'apiVersion',
        '',
        'is required',
        typeof kind === 'string' && kinds.has(kind) ? API_VERSION : undefined,
      ),
    ];
  if (typeof kind !== 'string' || kind === '') return [error('kind', '', 'is required')];
  const [group = ''] = apiVersion.split('/');
  const near = nearest(group, [GROUP]);
  if (group !== GROUP && (near === undefined || !kinds.has(kind))) return undefined;
  if (apiVersion !== API_VERSION) return [error('apiVersion', apiVersion, 'is not served', API_VERSION)];
  if (kinds.has(kind)) return [];
  const names = [...kinds.keys()].sort();
  return [error('kind', kind, `there are ${names.join(', ')}`, nearest(kind, names))];
}

function wholeObject({ spec }: KindSchema): JsonSchema {
  return {
    type: 'object',
    required: ['metadata', 'spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: METADATA,
      spec,
      status: {},
    },
  };
}

function error(path: string, value: string, message: string, near?: string): Finding {
  return { path, value, message, ...(near === undefined ? {} : { nearest: near }), severity: 'Error' };
}
