/**
 * Writes the schema of core/v1 PodSpec as a structural schema, taken from the OpenAPI of a running API
 * server of the pinned version: node scripts/podspecgen.ts KUBECONFIG
 */
import { writeFile } from 'node:fs/promises';
import { createClient } from '../src/kube/client.ts';
import { loadEndpoint } from '../src/kube/config.ts';
import { Transport } from '../src/kube/transport.ts';

type Schema = { [keyword: string]: unknown };

const ROOT = 'io.k8s.api.core.v1.PodSpec';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const KEPT = [
  'type',
  'format',
  'enum',
  'required',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
];

const kubeconfig = process.argv[2];
if (kubeconfig === undefined) throw new Error('usage: node scripts/podspecgen.ts KUBECONFIG');
const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
const openapi = JSON.parse(await createClient(transport).raw('/openapi/v3/api/v1')) as {
  components: { schemas: Record<string, Schema> };
};
transport.close();
const schema = inline(definition(ROOT));
const file = new URL('../src/api/codeco/v1alpha1/podspec.schema.gen.json', import.meta.url);
await writeFile(file, `${JSON.stringify(schema)}\n`);

function definition(name: string): Schema {
  const found = openapi.components.schemas[name];
  if (!found) throw new Error(`the server's OpenAPI has no ${name}`);
  return found;
}

/** References put in place; descriptions, patch hints and defaults that a CRD cannot carry left out. */
function inline(schema: Schema): Schema {
  const reference = (schema['$ref'] ?? (schema['allOf'] as Schema[] | undefined)?.[0]?.['$ref']) as
    | string
    | undefined;
  if (reference !== undefined) {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    if (name === QUANTITY || name === INT_OR_STRING) {
      return { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true };
    }
    return inline({ ...definition(name), ...withDefault(schema) });
  }
  const result: Schema = {};
  for (const keyword of KEPT) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  Object.assign(result, withDefault(schema));
  const properties = schema['properties'] as Record<string, Schema> | undefined;
  if (properties) {
    result['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, inline(each)]),
    );
  }
  if (schema['items']) result['items'] = inline(schema['items'] as Schema);
  if (typeof schema['additionalProperties'] === 'object') {
    result['additionalProperties'] = inline(schema['additionalProperties'] as Schema);
  }
  if (result['type'] === undefined) result['x-kubernetes-preserve-unknown-fields'] = true;
  return result;
}

/** Empty-string defaults stay (keys of list maps need them), beside an enum they would be invalid. */
function withDefault(schema: Schema): Schema {
  const value = schema['default'];
  const kept =
    value !== undefined && value !== 0 && typeof value !== 'object' && !(value === '' && schema['enum']);
  return kept ? { default: value } : {};
}
