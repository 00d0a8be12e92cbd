import type { Condition } from '../../../src/api/conditions.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import type { FeedbackValue, ManifestConfig, ManifestStatus } from '../../../src/api/ocm/manifestwork.ts';
import { type AnyObject, TENANT } from './bench.ts';

export function configMap(
  name: string,
  data: Record<string, string> = { k: 'v' },
  namespace = TENANT,
): AnyObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

export function namespaceObject(name: string): AnyObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Nothing schedules it, so it never becomes ready. */
export function deployment(name: string, replicas: number): AnyObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: TENANT },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'example/none' }] } },
    },
  };
}

export function pod(name: string): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: TENANT },
    spec: { containers: [{ name: 'main', image: 'example/none' }] },
  };
}

/** A kind of its own per case, with a free-form spec. */
export function customResourceDefinition(group: string, kind: string): AnyObject {
  const plural = `${kind.toLowerCase()}s`;
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
        },
      ],
    },
  };
}

export function customResource(
  group: string,
  kind: string,
  name: string,
  spec: object = {},
  namespace = TENANT,
) {
  return { apiVersion: `${group}/v1`, kind, metadata: { name, namespace }, spec } satisfies AnyObject;
}

export function identifier(group: string, resource: string, name: string, namespace = TENANT) {
  return { group, resource, name, namespace } satisfies ManifestConfig['resourceIdentifier'];
}

export function strategyFor(
  name: string,
  updateStrategy: NonNullable<ManifestConfig['updateStrategy']>,
): ManifestConfig {
  return { resourceIdentifier: identifier('', 'configmaps', name), updateStrategy };
}

export function jsonPaths(paths: Record<string, string>): NonNullable<ManifestConfig['feedbackRules']> {
  return [{ type: 'JSONPaths', jsonPaths: Object.entries(paths).map(([name, path]) => ({ name, path })) }];
}

export function conditionOf(
  status: { conditions?: Condition[] | undefined },
  type: string,
): Condition | undefined {
  return findCondition(status.conditions, type);
}

/** The values by name. */
export function valuesOf(status: ManifestStatus): Record<string, string | number | boolean | undefined> {
  return Object.fromEntries(
    (status.statusFeedback?.values ?? []).map(({ name, fieldValue }: FeedbackValue) => [
      name,
      fieldValue.integer ?? fieldValue.string ?? fieldValue.boolean ?? fieldValue.jsonRaw,
    ]),
  );
}
