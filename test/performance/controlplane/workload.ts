import { type CodecoApp, CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import type { Deployment } from '../../../src/api/core.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { deployment } from '../../../src/work/render/deployment.ts';
import { concurrently } from './statistics.ts';

/** Namespace of every application of the benchmark. */
export const NAMESPACE = 'bench';
/** Requests that the benchmark has under way at once, in every arm. */
export const CONCURRENCY = 20;

export function appNames(count: number, prefix = 'app'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}`);
}

/** One service, one replica. */
export function application(name: string, cpu = '10m', memory = '16Mi'): CodecoApp {
  const resources = { requests: { cpu, memory } };
  return {
    apiVersion: API_VERSION,
    kind: 'CodecoApp',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      'codecoapp-msspec': [
        {
          serviceName: 'web',
          podspec: { containers: [{ name: 'main', image: 'example/main:1', resources }] },
        },
      ],
    },
  };
}

/** One service on two clusters: two works, of which the last one counts. */
export function spreadApplication(name: string): CodecoApp {
  const app = application(name);
  const [service] = app.spec['codecoapp-msspec'];
  return {
    ...app,
    spec: {
      'codecoapp-msspec': [{ ...service!, replicas: 2, placement: { spread: { over: 'Cluster', min: 2 } } }],
    },
  };
}

/** The object that the suite would render for {@link application}. */
export function plainDeployment(name: string): Deployment {
  const { spec } = application(name);
  const identity = { namespace: NAMESPACE, name, uid: name };
  return deployment(identity, spec, spec['codecoapp-msspec'][0]!, 1) as Deployment;
}

export function createApps(client: KubeClient, apps: readonly CodecoApp[]): Promise<void> {
  return concurrently(apps, CONCURRENCY, (app) => client.create(CodecoAppResource, app));
}

export function deleteApps(client: KubeClient, names: readonly string[]): Promise<void> {
  return concurrently(names, CONCURRENCY, (name) =>
    client.delete(CodecoAppResource, { namespace: NAMESPACE, name }),
  );
}
