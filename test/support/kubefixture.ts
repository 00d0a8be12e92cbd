import { vi } from 'vitest';
import { type ConfigMap, CustomResourceDefinitionResource, NamespaceResource } from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { defineResource } from '../../src/api/resource.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { type RequestSample, Transport } from '../../src/kube/transport.ts';
import { startTestFederation } from './controlplane.ts';

/** A kind with a schema and a status, for tests of the client itself. */
export interface Widget extends KubeObject {
  spec?: { size?: number };
  status?: { phase?: string };
}

export const WidgetResource = defineResource<Widget>('kube.test', 'v1', 'Widget', 'widgets', 'Namespaced');

/** Where the objects of {@link configMap} and {@link widget} live. */
export const NS = 'kube-test';

/** An API server that knows Widgets, with an administrator's client and what it has sent. */
export interface KubeFixture {
  kubeconfig: string;
  kubectl: string;
  transport: Transport;
  client: KubeClient;
  samples: RequestSample[];
  stop(): Promise<void>;
}

export async function startKubeFixture(): Promise<KubeFixture> {
  const federation = await startTestFederation();
  const samples: RequestSample[] = [];
  const kubeconfig = federation.hub.adminKubeconfig;
  const transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig }),
    observe: (sample) => samples.push(sample),
  });
  const client = createClient(transport);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } };
  await client.create(NamespaceResource, namespace);
  await client.create(CustomResourceDefinitionResource, crd('Widget', 'widgets'));
  await vi.waitFor(() => client.list(WidgetResource), { timeout: 20_000, interval: 200 });
  return {
    kubeconfig,
    kubectl: federation.binaries.kubectl,
    transport,
    client,
    samples,
    async stop() {
      transport.close();
      await federation.stop();
    },
  };
}

export function configMap(
  name: string,
  data: Record<string, string> = { a: '1' },
  metadata: object = {},
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NS, name, ...metadata }, data };
}

export function widget(name: string, fields: object = {}, metadata: object = {}): Widget {
  return {
    apiVersion: 'kube.test/v1',
    kind: 'Widget',
    metadata: { namespace: NS, name, ...metadata },
    ...fields,
  };
}

export function key(name: string) {
  return { namespace: NS, name };
}

/** A definition in group kube.test, all with the schema of Widget. */
export function crd(kind: string, plural: string) {
  const object = (properties: object) => ({ type: 'object', properties });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kube.test` },
    spec: {
      group: 'kube.test',
      scope: 'Namespaced' as const,
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: object({
              spec: object({ size: { type: 'integer', minimum: 1 } }),
              status: object({ phase: { type: 'string' } }),
            }),
          },
        },
      ],
    },
  };
}
