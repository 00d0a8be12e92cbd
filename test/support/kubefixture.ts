import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { ensureNamespace } from '../../scripts/local/identities.ts';
import { type ConfigMap, CustomResourceDefinitionResource } from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { defineResource } from '../../src/api/resource.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { type RequestSample, Transport } from '../../src/kube/transport.ts';
import { sharedHub } from './sharedhub.ts';

/** A kind with a schema and a status, for tests of the client itself. */
export interface Widget extends KubeObject {
  spec?: { size?: number };
  status?: { phase?: string };
}

export const WidgetResource = defineResource<Widget>('kube.test', 'v1', 'Widget', 'widgets', 'Namespaced');

/** Where the objects of {@link configMap} and {@link widget} live: a namespace for each test file. */
export const NS = `kube-test-${randomUUID().slice(0, 8)}`;

/** The shared hub, which knows Widgets now, with an administrator's client and what it has sent. */
export interface KubeFixture {
  kubeconfig: string;
  kubectl: string;
  transport: Transport;
  client: KubeClient;
  samples: RequestSample[];
  stop(): void;
}

export async function startKubeFixture(): Promise<KubeFixture> {
  const hub = await sharedHub();
  const samples: RequestSample[] = [];
  const transport = new Transport({
    endpoint: loadEndpoint({ kubeconfig: hub.adminKubeconfig }),
    observe: (sample) => samples.push(sample),
  });
  const client = createClient(transport);
  await ensureNamespace(hub, NS);
  // Every file that needs Widgets applies the same definition.
  await hub.admin.apply(CustomResourceDefinitionResource, crd('Widget', 'widgets'), {
    fieldManager: 'kube-test',
  });
  await vi.waitFor(() => client.list(WidgetResource), { timeout: 20_000, interval: 50 });
  return {
    kubeconfig: hub.adminKubeconfig,
    kubectl: hub.kubectl,
    transport,
    client,
    samples,
    stop() {
      transport.close();
      hub.close();
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
